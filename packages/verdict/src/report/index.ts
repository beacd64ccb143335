export { plotInput } from './plot-input.ts';
export { renderReport, writeReport } from './report.ts';
export type {
  ReportColumn,
  ReportFigures,
  ReportFinding,
  ReportInput,
  ReportIntervals,
  ReportMember,
  ReportMetrics,
} from './report-input.ts';
