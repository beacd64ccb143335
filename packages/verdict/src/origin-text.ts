import type { ModelOrigin } from '@verdict/learn';

const formats: Record<ModelOrigin['format'], string> = {
  'xgboost-json': 'XGBoost, JSON',
  'xgboost-ubj': 'XGBoost, UBJSON',
  'lightgbm-text': 'LightGBM, text',
};

/** The kind of file that a model came from, such as `XGBoost, JSON, version 3.2.0`. */
export function formatText({ format, version }: ModelOrigin): string {
  return `${formats[format]}${version === 'unknown' ? '' : `, version ${version}`}`;
}

/** Which rounds of the file are used, and why. */
export function roundsText({ rounds, roundsInFile, bestRounds }: ModelOrigin): string {
  const count = roundsInFile === 1 ? 'the only round' : `all ${roundsInFile} rounds`;
  if (rounds === roundsInFile) {
    return bestRounds === null || bestRounds === rounds
      ? count
      : `${count}, although round ${bestRounds} was the best`;
  }
  const part = `the first ${rounds} of ${roundsInFile} rounds`;
  return rounds === bestRounds ? `${part}, up to the best one as XGBClassifier does` : part;
}
