import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Run } from './command.ts';
import { verdict } from './command.ts';

/** The parts of a bundle, in alphabetical order. */
export const bundleParts = [
  'card.md',
  'decision.json',
  'features.json',
  'logistic.json',
  'manifest.json',
  'metrics.json',
  'model.ubj',
  'profile.json',
  'schema.json',
];

/** The names of the pictures, without their endings. */
export const plotNames = [
  'calibration',
  'confusion_matrix',
  ...[1, 2, 3, 4].map((number) => `dependence_${number}`),
  'importance',
  'interactions',
  'learning_curve',
  'lift',
  ...[1, 2, 3, 4].map((number) => `partial_dependence_${number}`),
  'pr',
  'roc',
  'scores',
  'shap_beeswarm',
  'threshold',
];

/** Every file below a folder, by its path there, with slashes. */
export function filesBelow(folder: string): Map<string, Buffer> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return new Map(
    files.map((file) => [file.slice(folder.length + 1).replaceAll('\\', '/'), readFileSync(file)]),
  );
}

/** Runs the command, which must succeed without a word on standard error. */
export async function succeeds(args: readonly string[], input?: string | Uint8Array): Promise<Run> {
  const run = await verdict(args, input === undefined ? {} : { input });
  expect(run.stderr).toBe('');
  expect(run.status).toBe(0);
  return run;
}

/** Runs the command, which must refuse its input without a stack trace, and returns what it says. */
export async function refuses(args: readonly string[]): Promise<string> {
  const run = await verdict(args);
  expect(run.stdout).toBe('');
  expect(run.stderr).toMatch(/^error /);
  expect(run.stderr).not.toMatch(/\n\s+at /);
  expect(run.status).toBe(1);
  return run.stderr;
}

/** The cells of a text without quotes: header and rows. */
export function cells(text: string, separator = ','): string[][] {
  expect(text.endsWith('\n')).toBe(true);
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => line.split(separator));
}
