import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidOption, OutOfResources, UnreadableFile } from '@verdict/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { diskError, stageOutput } from '../src/output-folder.ts';

let base = '';
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'verdict-output-'));
});
afterEach(() => {
  rmSync(base, { recursive: true, force: true });
});

/** All files below a folder with what they say, sorted by path. */
function contents(folder: string): Record<string, string> {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return Object.fromEntries(paths.map((path) => [path.slice(folder.length + 1), readFileSync(path, 'utf8')]));
}

/** Writes results that say `word`, as a run does. */
function writeResults(folder: string, word: string): void {
  mkdirSync(join(folder, 'model'));
  mkdirSync(join(folder, 'plots'));
  for (const name of ['model/manifest.json', 'performance_metrics.json', 'report.html', 'plots/roc.png']) {
    writeFileSync(join(folder, name), name === 'model/manifest.json' ? manifest(word) : word);
  }
}

const manifest = (word: string): string => JSON.stringify({ format: 'verdict-bundle', word });

const results = (word: string): Record<string, string> => ({
  'model/manifest.json': manifest(word),
  'performance_metrics.json': word,
  'plots/roc.png': word,
  'report.html': word,
});

async function publishTo(out: string, word: string): Promise<void> {
  const staged = await stageOutput(out);
  writeResults(staged.folder, word);
  await staged.publish();
  await staged.discard();
}

describe('results', () => {
  it('take a new place, and folders on the way', async () => {
    const out = join(base, 'a', 'b');
    await publishTo(out, 'first');
    expect(contents(base)).toEqual(
      Object.fromEntries(Object.entries(results('first')).map(([name, word]) => [join('a/b', name), word])),
    );
  });

  it('stand beside files of others', async () => {
    mkdirSync(join(base, 'plots'));
    writeFileSync(join(base, 'plots', 'mine.png'), 'mine');
    writeFileSync(join(base, 'notes.txt'), 'mine');
    await publishTo(base, 'first');
    expect(contents(base)).toEqual({
      ...results('first'),
      'notes.txt': 'mine',
      'plots/mine.png': 'mine',
    });
  });

  it('do without pictures of a former run that they do not draw', async () => {
    mkdirSync(join(base, 'plots'));
    for (const name of ['dependence_4.png', 'partial_dependence_3.svg', 'missing.png', 'dependence_mine.png'])
      writeFileSync(join(base, 'plots', name), 'former');
    await publishTo(base, 'first');
    expect(contents(base)).toEqual({ ...results('first'), 'plots/dependence_mine.png': 'former' });
  });

  it('are invisible until they are published, and leave nothing when they are discarded', async () => {
    for (const out of [base, join(base, 'new')]) {
      const staged = await stageOutput(out);
      writeResults(staged.folder, 'unfinished');
      expect(readdirSync(base).filter((name) => !name.startsWith('.'))).toEqual([]);
      await staged.discard();
      expect(readdirSync(base)).toEqual([]);
    }
  });

  it('go back to what was there when one of them cannot take its place', async () => {
    mkdirSync(join(base, 'plots'));
    writeFileSync(join(base, 'performance_metrics.json'), 'old');
    writeFileSync(join(base, 'report.html'), 'old');
    const staged = await stageOutput(base);
    writeResults(staged.folder, 'new');
    // A folder with something in it cannot be kept aside under the name of a file that is there already.
    mkdirSync(join(staged.folder, '.replaced', 'report.html', 'full'), { recursive: true });
    await expect(staged.publish()).rejects.toThrow('report.html');
    await staged.discard();
    expect(contents(base)).toEqual({ 'performance_metrics.json': 'old', 'report.html': 'old' });
    expect(existsSync(join(base, 'model'))).toBe(false);
  });
});

describe('an output folder is refused', () => {
  const refusal = async (out: string): Promise<string> => {
    const error: unknown = await stageOutput(out).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InvalidOption);
    return (error as Error).message;
  };

  it('when it is a file, or lies in one', async () => {
    const file = join(base, 'file');
    writeFileSync(file, 'mine');
    expect(await refusal(file)).toContain('a folder, not a file');
    expect(await refusal(join(file, 'below'))).toContain('a part of it is a file');
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });

  it.each(['performance_metrics.json', 'report.html'])('when %s is a folder', async (name) => {
    mkdirSync(join(base, name));
    expect(await refusal(base)).toContain(`a folder in which "${name}" is not a folder`);
  });

  it('when model is of another kind', async () => {
    mkdirSync(join(base, 'model'));
    writeFileSync(join(base, 'model', 'weights.bin'), 'mine');
    expect(await refusal(base)).toContain('this one has no manifest.json');
    expect(contents(base)).toEqual({ 'model/weights.bin': 'mine' });
  });
});

describe('what a disk says', () => {
  const failure = (code: string): Error => Object.assign(new Error(code), { code });

  it.each([
    ['ENOSPC', OutOfResources, 'The disk is full: results could not be written.'],
    ['EDQUOT', OutOfResources, 'The disk is full: results could not be written.'],
    ['EACCES', UnreadableFile, 'results: this place may not be written to.'],
    ['EPERM', UnreadableFile, 'results: this place may not be written to.'],
    ['EROFS', UnreadableFile, 'results: this place may not be written to.'],
    ['ENOTDIR', InvalidOption, 'a part of it is a file'],
    ['EEXIST', InvalidOption, 'a part of it is a file'],
  ])('%s becomes an error that says what to do', (code, kind, message) => {
    const shown = diskError('results', failure(code)) as Error;
    expect(shown).toBeInstanceOf(kind);
    expect(shown.message).toContain(message);
  });

  it('is read through the error of a part, whose hidden place is not shown', () => {
    const part = new UnreadableFile({
      file: '/x/.verdict-1/model',
      problem: 'no.',
      hint: 'Look.',
      cause: failure('ENOSPC'),
    });
    expect(diskError('results', part)).toBeInstanceOf(OutOfResources);
  });

  it('passes when it is something else', () => {
    for (const other of [failure('EIO'), new TypeError('bug'), 'text', undefined]) {
      expect(diskError('results', other)).toBe(other);
    }
  });
});

describe('two runs into one new folder', () => {
  it('both succeed, and the later results are there, whole', async () => {
    const out = join(base, 'out');
    const runs = await Promise.all([stageOutput(out), stageOutput(out)]);
    for (const [index, run] of runs.entries()) writeResults(run.folder, `run ${index}`);
    await runs[0].publish();
    await runs[1].publish();
    for (const run of runs) await run.discard();
    expect(contents(out)['report.html']).toBe('run 1');
    expect(contents(out)['plots/roc.png']).toBe('run 1');
    expect(readdirSync(base)).toEqual(['out']);
  });

  it('or one after the other, at the same moment', async () => {
    const out = join(base, 'out');
    const runs = await Promise.all([stageOutput(out), stageOutput(out)]);
    for (const run of runs) writeResults(run.folder, 'same');
    const results = await Promise.allSettled(runs.map((run) => run.publish()));
    for (const run of runs) await run.discard();
    expect(results.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThanOrEqual(1);
    expect(Object.keys(contents(out))).toEqual([
      'model/manifest.json',
      'performance_metrics.json',
      'plots/roc.png',
      'report.html',
    ]);
  });
});

describe('a table among the results', () => {
  it('is never replaced by one of them, under whatever name', async () => {
    mkdirSync(join(base, 'plots'));
    writeFileSync(join(base, 'plots', 'roc.png'), 'a table');
    writeFileSync(join(base, 'report.html'), 'a table');
    symlinkSync(join(base, 'report.html'), join(base, 'alias.csv'));
    for (const input of [join('plots', 'roc.png'), 'report.html', 'alias.csv']) {
      await expect(stageOutput(base, ['missing.csv', join(base, input)])).rejects.toThrow(
        /no result replaces the table/,
      );
    }
    writeFileSync(join(base, 'table.csv'), 'a table');
    const staged = await stageOutput(base, [join(base, 'table.csv'), '-', 'parts/*.csv']);
    await staged.discard();
    expect(Object.keys(contents(base)).sort()).toEqual(['plots/roc.png', 'report.html', 'table.csv']);
  });
});

describe('a place where no folder can be made', () => {
  it('is told in words', () => {
    for (const code of ['ELOOP', 'ENAMETOOLONG', 'ENOENT']) {
      const error = diskError('out', Object.assign(new Error('no'), { code }));
      expect(error).toBeInstanceOf(UnreadableFile);
      expect((error as Error).message).toContain(code);
    }
  });
});
