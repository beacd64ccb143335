export { takeDesignRows } from './design.ts';
export type { CodeBlock, LinearDesign } from './design.ts';
export { fitLogistic, logisticMargins } from './logistic.ts';
export type { LogisticModel, LogisticOptions } from './logistic.ts';
export { fitLogisticPath } from './logistic-path.ts';
export type { LogisticPath, LogisticPathOptions } from './logistic-path.ts';
export { fitStack } from './stack.ts';
