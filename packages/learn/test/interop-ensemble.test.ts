import { describe, expect, it } from 'vitest';
import { Booster } from '@verdict/boost';
import { hasPeer, missingPeer, rowBytes, runPeer } from '../../boost/test/support/peer.ts';
import { applyFeatures } from '../src/features/index.ts';
import { kinds, shipped, tenants, writtenAndRead } from './support/ensemble-model.ts';

/** What the real XGBoost makes of the trees of a bundle. */
const script = `
import xgboost as xgb
booster = xgb.Booster(model_file=folder + '/model.ubj')
d = xgb.DMatrix(read_matrix('x.bin', booster.num_features()), feature_names=booster.feature_names,
                feature_types=booster.feature_types, enable_categorical=True)
answer({'margins': booster.predict(d, output_margin=True), 'contributions': booster.predict(d, pred_contribs=True)})
`;

describe('a bundle of several kinds of trees', () => {
  it('has a peer where there has to be one', () => {
    expect(missingPeer('xgboost')).toBe('');
  });

  it.runIf(hasPeer('xgboost'))('is to the real XGBoost what it is here', async () => {
    const { bundle, file } = await writtenAndRead(
      await shipped(kinds, [{ kind: 'ratio', inputs: ['rent', 'income'] }]),
    );
    const matrix = applyFeatures(bundle.plan, tenants().dataset);
    const trees = Booster.fromUbj(file);
    const ours = { margins: trees.predictMargin(matrix), contributions: trees.contributions(matrix) };
    runPeer(
      script,
      { 'model.ubj': file, 'x.bin': rowBytes(matrix) },
      (theirs: Record<keyof typeof ours, number[]>) => {
        for (const kind of ['margins', 'contributions'] as const) {
          expect(theirs[kind]).toHaveLength(ours[kind].length);
          const away = theirs[kind].map((value, i) => Math.abs(value - ours[kind][i]));
          expect(Math.max(...away)).toBeLessThan(1e-5);
        }
      },
    );
  });
});
