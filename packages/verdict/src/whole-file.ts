import { rename, rm, writeFile } from 'node:fs/promises';
import { diskError } from './output-folder.ts';

/**
 * Writes a file that appears under its name only when it is complete.
 *
 * @param option the option that names the file
 * @throws what writing throws; then there is no file
 */
export async function writeWhole(file: string, content: string | Uint8Array, option = 'out'): Promise<void> {
  try {
    await writeFile(`${file}.partial`, content);
    await rename(`${file}.partial`, file);
  } catch (error) {
    await rm(`${file}.partial`, { force: true }).catch(() => undefined);
    throw diskError(file, error, option);
  }
}
