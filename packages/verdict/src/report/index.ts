export { plotInput } from './plot-input.ts';
export type { ReportInput } from './report-input.ts';
export type {
  ReportEnsembleMember,
  ReportFeatureFamily,
  ReportTrial,
  SearchReportInput,
} from './search-input.ts';
export { renderReport, writeReport } from './report.ts';
