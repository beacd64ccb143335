/**
 * Bytes that training needs at least for each value of a feature, beside the table itself: the matrix of single
 * precision, the values binned for the folds, and what the threads copy. Measured: 66 for 30 columns of 150,000
 * to 450,000 rows with one thread; half of it is taken, so that no table is refused that might have fitted.
 */
export const trainingBytesPerValue = 32;
