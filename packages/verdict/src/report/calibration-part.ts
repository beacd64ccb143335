import { formatMetric, isKnown } from '@verdict/charts';
import { html } from './html.ts';
import type { Html } from './html.ts';
import type { ReportDecision, ReportInput } from './report-input.ts';
import { tableHtml } from './table.ts';

const names: Readonly<Record<string, string>> = {
  none: 'none: the logistic function of the log-odds',
  sigmoid: 'sigmoid: slope and offset in log-odds',
  beta: 'beta: both ends bent by themselves',
  isotonic: 'isotonic: any function that does not fall',
};

/** Which calibration was chosen and why; nothing where none was asked for. */
export function calibrationPart({ decision }: ReportInput): Html | undefined {
  const { calibration } = decision;
  if (calibration === undefined) return undefined;
  const gainOf = new Map(calibration.gains.map((gain) => [gain.kind, gain]));
  const tried = Object.keys(names).filter((kind) => isKnown(calibration.logLoss[kind]));
  return html`<h3>Calibration: ${calibration.kind}</h3>
    <p>${reason(calibration)} The log loss is that of rows that the calibration had not seen.</p>
    ${tableHtml(
      'Calibrations on left-out rows',
      [
        { text: 'Calibration' },
        { text: 'Log loss', number: true },
        { text: 'Saved', number: true },
        { text: 'Standard error', number: true },
        { text: 'Compared with' },
      ],
      tried.map((kind) => {
        const gain = gainOf.get(kind);
        return [
          html`${names[kind]}${kind === calibration.kind ? html` <strong>(chosen)</strong>` : undefined}`,
          formatMetric(calibration.logLoss[kind], 5),
          gain === undefined ? '–' : formatMetric(gain.gain, 5),
          gain === undefined ? '–' : formatMetric(gain.standardError, 5),
          gain?.over ?? '–',
        ];
      }),
    )}`;
}

function reason({ asked, kind }: NonNullable<ReportDecision['calibration']>): string {
  if (asked !== 'auto') return `${kind} was asked for.`;
  return kind === 'none'
    ? 'Probabilities are left as they are: no calibration saves more than two standard errors of log loss.'
    : 'The simplest is preferred; a richer one replaces it only if it saves more than two standard errors of log loss.';
}
