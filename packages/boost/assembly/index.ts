// Everything that the engine calls. Kernels take byte offsets into one imported shared memory; they allocate
// nothing and keep no state, so that several threads can run them over the same memory.
export { explainAgainst } from './against';
export { assignBins, sortKeys, sortKeysWithWords } from './binning';
export {
  assignByBuckets, countBuckets, findBuckets, scatterBuckets, scatterWeighted, weighBuckets,
} from './buckets';
export { findSplitInRows } from './few';
export { addToRows, sumGradients } from './leaf';
export { exponentials, logisticGradients, scaleWeights, settleGradients } from './gradient';
export { addHistograms, buildHistogram, subtractHistogram, sumHistogram } from './histogram';
export { logisticLoss } from './loss';
export { partitionRows, splitRows } from './partition';
export { interactBlock } from './interact';
export { quantiseGradients } from './quantise';
export { walkRow } from './row';
export { clearBytes, copyBytes, fillSequence, interleave, sampleRows, takeColumn } from './rows';
export { scoreBlock } from './score';
export { explainBlock } from './shap';
export { findSplit } from './split';
export { squaredGradients } from './squared';
export { cutBuckets, cutSorted } from './cuts';
export { countBytes, listOthers } from './usage';
