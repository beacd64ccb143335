import { InvalidOption } from '@verdict/core';
import { readRegularFile } from '@verdict/core/regular-file';

/** Room for some hundred thousand keys, or any chain of certificates. */
const MOST_BYTES = 16 * 2 ** 20;

/**
 * Reads the file that an option names.
 * @throws InvalidOption
 */
export function readOptionFile(option: string, file: string): Promise<Buffer> {
  return readRegularFile(file, {
    limit: MOST_BYTES,
    refuse: (problem) =>
      new InvalidOption({
        option,
        got: file,
        expected: 'a file that can be read',
        hint: `Check its path and who may read it. ${file}: ${problem}`,
      }),
  });
}
