import type { FeedbackRecord, PredictionRecord } from '../records/log.ts';
import type { Store } from '../store.ts';
import { groupCommits } from './group-commit.ts';

/** The same store, whose appends of predictions and of feedback are committed in groups. */
export function groupedStore(store: Store): Store {
  return {
    ...store,
    predictions: {
      ...store.predictions,
      append: groupCommits(store.predictions.append, (record: PredictionRecord) => record.requestId),
    },
    feedback: {
      ...store.feedback,
      append: groupCommits(store.feedback.append, (record: FeedbackRecord) => record.id),
    },
  };
}
