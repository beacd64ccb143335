import { InsufficientData, InvalidOption, InvalidTarget, isMissing, nearest, parseNumber } from '@verdict/core';
import type { TargetSchema } from '@verdict/core';
import { byCodePoint } from './locate.ts';
import type { Finding } from './table.ts';
import type { SourceColumn } from './source.ts';
import { labelOf } from './source.ts';

/** The target's two labels, and how each raw text of its column maps to them. */
export interface TargetLabels {
  readonly schema: TargetSchema;
  readonly positiveCount: number;
  readonly negativeCount: number;
  readonly unlabelled: number;
  /** Which label is the positive one and why, and how labels were read that are spelt in several ways. */
  readonly findings: readonly Finding[];
}

const yesWords = new Set(['yes', 'true', 'y', 't', 'positive', 'pos', 'present', 'event']);
/** Words for yes and no: their case says nothing. */
const caseless = new Set(['true', 'false', 'yes', 'no', 'y', 'n', 't', 'f']);
const listed = 10;

/**
 * Finds the labels of the target column: exactly two, not counting rows where it is missing. Labels that
 * are all numbers are compared as numbers (`1` and `1.0` are one), and labels that are all words for yes and
 * no without regard to case (`TRUE` and `True` are one); they keep their most frequent spelling.
 *
 * The positive one is `positive` if given; else the one that is a yes word (yes, true, y, t, positive,
 * pos, present, event), or 1 beside 0 or -1; else the rarer; else the last in code point order. Errors list
 * labels even if few rows have them: they answer the user's own call about the user's own file.
 *
 * @param sizes how often each raw text of the column occurs
 * @throws InvalidTarget, InsufficientData, InvalidOption
 */
export function findTargetLabels(
  file: string,
  column: SourceColumn,
  sizes: ReadonlyMap<string, number>,
  positive: string | undefined,
): TargetLabels {
  const rowCount = [...sizes.values()].reduce((sum, count) => sum + count, 0);
  if (rowCount === 0) {
    throw new InsufficientData({
      file,
      problem: 'the file has a header but no rows.',
      hint: 'Give a file with labelled rows.',
    });
  }
  const texts = [...sizes.keys()];
  const groups = groupLabels(column, texts, sizes);
  const labelled = [...groups.values()].reduce((sum, { count }) => sum + count, 0);
  const place = { file, column: column.name };
  if (labelled === 0) {
    throw new InvalidTarget({ ...place, problem: 'the target is missing in every row.', hint: 'Choose the column that holds the labels.' });
  }
  const labels = [...groups.values()].sort((a, b) => b.count - a.count || byCodePoint(a.label, b.label));
  if (labels.length !== 2) throw wrongLabelCount(place, labels);
  const chosen = choosePositive(labels, positive, column.name);
  const other = labels.find((label) => label !== chosen.label) ?? labels[0];
  return {
    schema: { name: column.name, positive: chosen.label.label, negative: other.label },
    positiveCount: chosen.label.count,
    negativeCount: other.count,
    unlabelled: rowCount - labelled,
    findings: [
      {
        code: 'POSITIVE_CLASS',
        severity: 'info',
        column: column.name,
        message: `"${chosen.label.label}" is taken as the positive class: ${chosen.why}.`,
        details: { positive: chosen.label.label, negative: other.label, rule: chosen.rule },
      },
      ...spellings(column, texts, labels),
    ],
  };
}

/** Reads a raw text as one of the target's labels: 1 positive, 0 negative, undefined if neither. */
export function labelIndex(target: TargetSchema, kind: SourceColumn['kind'], text: string): number | undefined {
  const label = labelOf(kind, text);
  if (label === target.positive) return 1;
  if (label === target.negative) return 0;
  const word = wordOf(label);
  const [positive, negative] = [wordOf(target.positive), wordOf(target.negative)];
  if (word !== undefined && positive !== undefined && negative !== undefined && positive !== negative) {
    return word === positive ? 1 : word === negative ? 0 : undefined;
  }
  const value = parseNumber(label);
  if (value === undefined) {
    // A boolean of another format is written true or false whatever it was in training.
    return undefined;
  }
  if (value === parseNumber(target.positive)) return 1;
  return value === parseNumber(target.negative) ? 0 : undefined;
}

interface Label {
  readonly label: string;
  readonly count: number;
}

function groupLabels(column: SourceColumn, texts: readonly string[], sizes: ReadonlyMap<string, number>): Map<string | number, Label> {
  const present = texts.filter((text) => !isMissing(text) && (sizes.get(text) ?? 0) > 0);
  const numeric = present.every((text) => parseNumber(text) !== undefined);
  const words = present.every((text) => wordOf(text) !== undefined);
  const groups = new Map<string | number, Label & { best: number }>();
  for (const text of present) {
    const label = labelOf(column.kind, text);
    const key = (numeric ? parseNumber(label) : words ? wordOf(label) : undefined) ?? label;
    const count = sizes.get(text) ?? 0;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { label, count, best: count });
    else {
      const better = count > known.best;
      groups.set(key, {
        label: better ? label : known.label,
        count: known.count + count,
        best: Math.max(count, known.best),
      });
    }
  }
  return groups;
}

/** A word for yes or no in lower case; undefined for any other text. */
function wordOf(text: string): string | undefined {
  const word = text.trim().toLowerCase();
  return caseless.has(word) ? word : undefined;
}

/** Says so if words for yes and no are written in capitals here and small there. */
function spellings(column: SourceColumn, texts: readonly string[], labels: readonly Label[]): Finding[] {
  const written = new Set(texts.filter((text) => wordOf(text) !== undefined).map((text) => labelOf(column.kind, text)));
  if (written.size <= labels.length) return [];
  return [
    {
      code: 'LABEL_SPELLINGS',
      severity: 'warning',
      column: column.name,
      message: `The labels of "${column.name}" are written in capitals and in small letters (${written.size} spellings); they are read as ${labels.map(({ label }) => `"${label}"`).join(' and ')}.`,
      details: { spellings: written.size, labels: labels.map(({ label }) => label) },
    },
  ];
}

function wrongLabelCount(place: { file: string; column: string }, labels: readonly Label[]): InvalidTarget {
  if (labels.length === 1) {
    return new InvalidTarget({
      ...place,
      problem: `the target has only one class: all ${labels[0].count} labelled rows are "${labels[0].label}".`,
      hint: 'Learning needs rows of both classes.',
    });
  }
  const shown = labels.slice(0, listed).map(({ label, count }) => `"${label.slice(0, 60)}" (${count})`);
  const more = labels.length > listed ? `, and ${labels.length - listed} more` : '';
  return new InvalidTarget({
    ...place,
    problem: `the target must have two values, but it has ${labels.length}: ${shown.join(', ')}${more}.`,
    hint: 'Choose another target column, or make it a yes/no column first.',
  });
}

function choosePositive(
  labels: readonly Label[],
  positive: string | undefined,
  column: string,
): { label: Label; why: string; rule: string } {
  if (positive !== undefined) {
    const wanted = positive.trim();
    const value = parseNumber(wanted);
    const label =
      labels.find((candidate) => candidate.label === wanted) ??
      labels.find((candidate) => value !== undefined && parseNumber(candidate.label) === value) ??
      labels.find((candidate) => wordOf(wanted) !== undefined && wordOf(candidate.label) === wordOf(wanted));
    if (label !== undefined) return { label, why: 'it was given', rule: 'given' };
    const names = labels.map((candidate) => candidate.label);
    const near = nearest(wanted, names);
    throw new InvalidOption({
      option: 'positive',
      got: positive,
      expected: `one of the labels of "${column}": ${names.map((name) => `"${name}"`).join(' or ')}${near.length > 0 ? ` (did you mean "${near[0]}"?)` : ''}`,
    });
  }
  const yes = labels.filter(({ label }) => yesWords.has(label.toLowerCase()));
  if (yes.length === 1) return { label: yes[0], why: 'it is the word for yes', rule: 'word' };
  const values = labels.map(({ label }) => parseNumber(label));
  const one = values.indexOf(1);
  if (one >= 0 && (values[1 - one] === 0 || values[1 - one] === -1)) {
    return { label: labels[one], why: `it is 1 beside ${labels[1 - one].label}`, rule: 'one' };
  }
  // Labels come by falling count, ties in code point order: the last is the rarer one.
  const even = labels[0].count === labels[1].count;
  return {
    label: labels[1],
    why: even ? 'both classes are as frequent, and it comes last in order' : 'it is the rarer class',
    rule: even ? 'order' : 'rarer',
  };
}

