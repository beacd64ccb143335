export { compare } from './compare.ts';
export type { CompareJob } from './compare.ts';
export type {
  ComparedModel,
  ComparedPair,
  ComparedRows,
  Comparison,
  FoldComparison,
  MetricTest,
} from './comparison.ts';
