export { beeswarmChart } from './beeswarm-chart.ts';
export { calibrationChart } from './calibration-chart.ts';
export type { Chart, ChartOption, ChartSettings, Json } from './chart.ts';
export { confusionChart } from './confusion-chart.ts';
export { dependenceChart } from './dependence-chart.ts';
export { importanceChart } from './importance-chart.ts';
export type {
  BeeswarmColumn,
  BeeswarmInput,
  CalibrationBin,
  CalibrationInput,
  ConfusionInput,
  DependenceInput,
  HistogramInput,
  ImportanceInput,
  ImportanceItem,
  InteractionInput,
  IntervalInput,
  LearningCurveInput,
  LiftInput,
  MissingInput,
  Numbers,
  PartialDependenceInput,
  PrInput,
  RocInput,
  ScaleInput,
  ScoreInput,
  ShownColumnInput,
  ThresholdInput,
  WaterfallInput,
} from './inputs.ts';
export { interactionChart } from './interaction-chart.ts';
export { learningCurveChart } from './learning-curve-chart.ts';
export { liftChart } from './lift-chart.ts';
export { missingChart } from './missing-chart.ts';
export {
  formatCount,
  formatInterval,
  formatMetric,
  formatExact,
  formatNumber,
  formatShare,
  isKnown,
} from './number-format.ts';
export { optimisationHistoryChart } from './optimisation-history-chart.ts';
export { parallelCoordinatesChart } from './parallel-coordinates-chart.ts';
export { parameterImportanceChart } from './parameter-importance-chart.ts';
export { partialDependenceChart } from './partial-dependence-chart.ts';
export { prChart } from './pr-chart.ts';
export { rocChart } from './roc-chart.ts';
export { scoreChart } from './score-chart.ts';
export type {
  ParallelCoordinatesInput,
  ParameterImportanceInput,
  SearchTrialsInput,
  SelectionCurveInput,
  TrialPoint,
} from './search-inputs.ts';
export { selectionCurveChart } from './selection-curve-chart.ts';
export { shortenMiddle, textWidth } from './text-width.ts';
export { fontFamily, themeNames, themes } from './theme.ts';
export type { ChartTheme, ThemeName } from './theme.ts';
export { thresholdChart } from './threshold-chart.ts';
export { waterfallChart } from './waterfall-chart.ts';
export { wilsonInterval } from './wilson-interval.ts';
