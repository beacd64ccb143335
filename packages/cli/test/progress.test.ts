import { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openProgress } from '../src/terminal/progress.ts';

/** Puts a stream that remembers what it was given in the place of standard error. */
function replaceStandardError(isTTY: boolean): () => string {
  let written = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      written += String(chunk);
      done();
    },
  });
  const terminal = Object.assign(stream, { isTTY, columns: 100 }) as unknown as typeof process.stderr;
  vi.spyOn(process, 'stderr', 'get').mockReturnValue(terminal);
  return () => written;
}

describe('the progress bar', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('shows the stage and the share that is done, then clears itself', () => {
    const written = replaceStandardError(true);
    const progress = openProgress(false);
    progress.update('read', 0, 1);
    const first = stripVTControlCharacters(written());
    expect(first).toContain('read');
    expect(first).toContain(' 0 %');
    progress.update('folds', 3, 4);
    progress.stop();
    const all = stripVTControlCharacters(written());
    expect(all.slice(first.length)).toContain('folds');
    expect(all.slice(first.length)).toContain('75 %');
    // The cursor comes back, and the line is erased after the bar was last drawn.
    expect(written().lastIndexOf('\u001b[?25h')).toBeGreaterThan(written().indexOf('\u001b[?25l'));
    expect(written().lastIndexOf('\u001b[0K')).toBeGreaterThan(written().lastIndexOf('75 %'));
  });

  it('accepts work of no size', () => {
    const written = replaceStandardError(true);
    const progress = openProgress(false);
    progress.update('read', 0, 0);
    progress.update('draw', 0, 0);
    progress.stop();
    expect(stripVTControlCharacters(written())).toContain(' 0 %');
    expect(written()).not.toContain('NaN');
  });

  it('starts anew after it was stopped, and may be stopped twice or unused', () => {
    const written = replaceStandardError(true);
    const progress = openProgress(false);
    progress.stop();
    expect(written()).toBe('');
    progress.update('read', 1, 1);
    progress.stop();
    const once = written().length;
    progress.stop();
    expect(written()).toHaveLength(once);
    progress.update('draw', 1, 2);
    progress.stop();
    expect(stripVTControlCharacters(written().slice(once))).toContain('draw');
  });

  it('is silent where there is no terminal, and on request', () => {
    for (const [isTTY, quiet] of [
      [false, false],
      [true, true],
    ]) {
      const written = replaceStandardError(isTTY);
      const progress = openProgress(quiet);
      progress.update('read', 1, 2);
      progress.stop();
      expect(written()).toBe('');
      vi.restoreAllMocks();
    }
  });
});
