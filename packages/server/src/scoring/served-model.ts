import type { Problem, Warning } from '@verdict/contracts';
import { cellsOfRecord, loadScorer, reasonWriter } from '@verdict/learn';
import type { Bundle, LoadedScorer, RowScore } from '@verdict/learn';
import { Refusal } from '../http/refusal.ts';
import { compileFeatureCheck } from './feature-check.ts';
import type { FeatureCheck, Features } from './feature-check.ts';
import type { ScoringPolicy } from './policy.ts';

/** Which model it is, as replies and the log name it. */
export interface ModelIdentity {
  readonly model: string;
  /** 0 for a bundle that is served from its folder. */
  readonly version: number;
}

/** What one row comes to. */
export interface Scored {
  readonly score: RowScore;
  /** Undefined if there is nothing to say. */
  readonly warnings: Warning[] | undefined;
}

/** What a scored row rests on. */
export interface Explained extends Scored {
  readonly margin: number;
  readonly bias: number;
  readonly contributions: { readonly column: string; readonly contribution: number }[];
  readonly reasons: ReturnType<ReturnType<typeof reasonWriter>>;
}

/** A model that answers: its scorer, and the check of what it is asked. Never changes. */
export class ServedModel {
  readonly model: string;
  readonly versionNumber: number;
  readonly version: string;
  readonly bundle: Bundle;
  readonly threshold: number;
  readonly #scorer: LoadedScorer;
  readonly #check: FeatureCheck;

  constructor(scorer: LoadedScorer, identity: ModelIdentity, policy: ScoringPolicy) {
    this.model = identity.model;
    this.versionNumber = identity.version;
    this.version = String(identity.version);
    this.bundle = scorer.bundle;
    this.threshold = scorer.bundle.decision.threshold;
    this.#scorer = scorer;
    this.#check = compileFeatureCheck(scorer.bundle, policy);
  }

  /**
   * Reads a bundle's folder.
   *
   * @param identity what it is called, or how that follows from the bundle
   * @throws InvalidModel
   */
  static async load(
    dir: string,
    identity: ModelIdentity | ((bundle: Bundle) => ModelIdentity),
    policy: ScoringPolicy,
  ): Promise<ServedModel> {
    const scorer = await loadScorer(dir);
    return new ServedModel(
      scorer,
      typeof identity === 'function' ? identity(scorer.bundle) : identity,
      policy,
    );
  }

  /**
   * @param prefix where the row lies in the request, such as `features.`
   * @throws Refusal naming each field that is wrong
   */
  score(features: Features, prefix: string): Scored {
    const warnings = this.#examine(features, prefix);
    return { score: this.#scorer.scoreRow(features), warnings };
  }

  /**
   * @param most reasons of either direction
   * @throws Refusal
   */
  explain(features: Features, prefix: string, most: number): Explained {
    const { score, warnings } = this.score(features, prefix);
    const { columns, contributions, bias, margin } = this.#scorer.explainRow(features);
    const shares = columns.map((column, place) => ({ column, contribution: contributions[place] }));
    const reasons = reasonWriter(this.bundle, { most })(cellsOfRecord(this.bundle.plan, features), shares);
    shares.sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
    return { score, warnings, margin, bias, contributions: shares, reasons };
  }

  #examine(features: Features, prefix: string): Warning[] | undefined {
    const findings = this.#check(features, prefix);
    if (findings === undefined) return undefined;
    if (findings.problems.length > 0) throw invalidFeatures(findings.problems);
    return findings.warnings;
  }
}

function invalidFeatures(problems: readonly Problem[]): Refusal {
  return new Refusal(422, 'INVALID_FEATURES', problems[0].message, { problems });
}
