import { readFile } from 'node:fs/promises';
import { InvalidOption } from '@verdict/core';

/**
 * Reads the file that an option names.
 * @throws InvalidOption
 */
export async function readOptionFile(option: string, file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new InvalidOption({
      option,
      got: file,
      expected: 'a file that can be read',
      hint: `Check its path and who may read it (${(error as NodeJS.ErrnoException).code}).`,
    });
  }
}
