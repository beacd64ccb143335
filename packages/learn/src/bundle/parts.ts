import { InvalidModel, InvalidOption } from '@verdict/core';
import { Booster } from '@verdict/boost';
import type { Schema } from '@verdict/core';
import { parsePlan } from '../features/index.ts';
import type { FeaturePlan } from '../features/index.ts';
import { canonicalJson } from '../json/canonical-json.ts';
import { JsonCursor } from '../json/json-cursor.ts';
import { decodeUtf8, parseJsonBytes } from '../json/json-text.ts';
import { parseDecision } from './decision.ts';
import { logisticJson, parseLogistic } from './logistic-json.ts';
import { bundleFormatVersion, partLimits, sha256 } from './manifest.ts';
import { parseProfile } from './profile.ts';
import { parseSchema } from './schema-parser.ts';
import type { Bundle } from './bundle.ts';
import type { BundleManifest, PartName } from './manifest.ts';
import type { MemberName } from './bundle.ts';

/** The bytes of a bundle's parts by name. */
export type Parts = ReadonlyMap<PartName, Uint8Array>;

/**
 * The parts of a bundle as bytes, sorted by name; equal bundles give equal bytes.
 *
 * @throws InvalidOption for a value that JSON cannot hold
 */
export function encodeParts(bundle: Bundle): Parts {
  const { schema, plan, booster, logistic, decision, metrics, profile, card } = bundle;
  const parts = new Map<PartName, Uint8Array>();
  const json = (name: PartName, value: unknown, nonFinite: 'refuse' | 'null' = 'refuse'): void => {
    parts.set(name, Buffer.from(canonicalJson(value, { nonFinite })));
  };
  parts.set('card.md', Buffer.from(card));
  json('decision.json', decision);
  json('features.json', plan);
  if (logistic !== undefined) json('logistic.json', logisticJson(logistic));
  json('metrics.json', metrics, 'null');
  if (booster !== undefined) parts.set('model.ubj', booster.toUbj());
  json('profile.json', profile);
  json('schema.json', schema);
  for (const [name, bytes] of parts) {
    if (bytes.length > partLimits[name])
      throw new InvalidOption({
        option: name,
        got: bytes.length,
        expected: `at most ${partLimits[name]} bytes`,
      });
  }
  return parts;
}

/** The manifest of a bundle with these parts. */
export function manifestOf(bundle: Bundle, parts: Parts): BundleManifest {
  const members: MemberName[] = [];
  if (bundle.booster !== undefined) members.push('trees');
  if (bundle.logistic !== undefined) members.push('logistic');
  return {
    formatVersion: bundleFormatVersion,
    verdictVersion: bundle.verdictVersion,
    seed: bundle.seed,
    dataFingerprint: bundle.dataFingerprint,
    members,
    parts: [...parts].map(([name, bytes]) => ({ name, bytes: bytes.length, sha256: sha256(bytes) })),
  };
}

/**
 * Builds a bundle from its manifest and parts, which are not trusted, and checks that the parts agree with
 * one another.
 *
 * @param fileOf the file to name in errors for a part
 * @throws InvalidModel
 */
export function decodeParts(
  manifest: BundleManifest,
  parts: Parts,
  fileOf: (name: PartName) => string,
): Bundle {
  const json = (name: PartName): JsonCursor => {
    const file = fileOf(name);
    return new JsonCursor(parseJsonBytes(parts.get(name)!, file, { maxBytes: partLimits[name] }), file);
  };
  const schema = parseSchema(json('schema.json'));
  const plan = parsePlan(json('features.json').raw, fileOf('features.json'));
  checkInputs(schema, plan, fileOf('features.json'));
  const decisionCursor = json('decision.json');
  const decision = parseDecision(decisionCursor);
  const blended = decision.blend.members.map(({ member }) => member);
  if (blended.length !== manifest.members.length || !manifest.members.every((name) => blended.includes(name)))
    decisionCursor.fail('the blend is not of the members that the manifest lists');
  if (
    decision.labels.positive !== schema.target.positive ||
    decision.labels.negative !== schema.target.negative
  )
    decisionCursor.fail('the labels are not those of the schema');
  return {
    verdictVersion: manifest.verdictVersion,
    seed: manifest.seed,
    dataFingerprint: manifest.dataFingerprint,
    schema,
    plan,
    ...(parts.has('model.ubj')
      ? { booster: readBooster(parts.get('model.ubj')!, plan, fileOf('model.ubj')) }
      : {}),
    ...(parts.has('logistic.json') ? { logistic: parseLogistic(json('logistic.json'), plan) } : {}),
    decision,
    metrics: json('metrics.json').raw,
    profile: parseProfile(json('profile.json')),
    card: decodeUtf8(parts.get('card.md')!, fileOf('card.md')),
  };
}

/** The plan reads feature columns of the schema, as the schema describes them. */
function checkInputs(schema: Schema, plan: FeaturePlan, file: string): void {
  const columns = new Map(schema.columns.map((column) => [column.name, column]));
  for (const input of plan.inputs) {
    const column = columns.get(input.name);
    const agrees =
      column?.role === 'feature' &&
      column.type === input.type &&
      column.optional === input.optional &&
      column.words?.[0] === input.words?.[0] &&
      column.words?.[1] === input.words?.[1];
    if (!agrees)
      throw new InvalidModel({
        file,
        problem: `the input ${JSON.stringify(input.name.slice(0, 60))} is not what schema.json says of it.`,
      });
  }
}

function readBooster(bytes: Uint8Array, plan: FeaturePlan, file: string): Booster {
  let booster: Booster;
  try {
    booster = Booster.fromUbj(bytes);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InvalidModel({ file, problem: `the trees cannot be read: ${reason}`, cause });
  }
  const names = booster.featureNames;
  if (names.length !== plan.outputs.length || plan.outputs.some(({ name }, i) => names[i] !== name))
    throw new InvalidModel({ file, problem: 'the features of the trees are not those of features.json.' });
  return booster;
}
