import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FastifyRequest } from 'fastify';
import { stateOf } from '../http/request-state.ts';
import type { PredictionRecord } from '@verdict/store';
import type { Features } from '../scoring/feature-check.ts';
import type { Resolved } from '../scoring/model-table.ts';
import type { Scored } from '../scoring/served-model.ts';
import type { Service } from '../service.ts';
import { scoreRow } from './predict.ts';
import { logRecord } from './scoring-reply.ts';

/** Rows that are scored before other requests have their turn. */
const TURN = 128;

/** Scores all rows or none, and logs them. @returns the scores, and the ids under which they are logged */
export async function scoreMany(
  service: Service,
  resolved: Resolved,
  rows: readonly Features[],
  request: FastifyRequest,
  place: (row: number) => string,
): Promise<{ scores: Scored[]; ids: string[] }> {
  const { log } = service;
  const state = stateOf(request);
  const scores: Scored[] = [];
  const ids: string[] = [];
  const records: PredictionRecord[] = [];
  for (let row = 0; row < rows.length; row++) {
    if (row % TURN === TURN - 1) await nextTurn();
    const scored = scoreRow(service, resolved, rows[row], place(row));
    const requestId = `${state.id}:${row + 1}`;
    scores.push(scored);
    ids.push(requestId);
    if (log.mode === 'off') continue;
    const key = state.key?.id ?? null;
    records.push(logRecord(scored, resolved, { requestId, at: service.now(), key, features: rows[row] }));
  }
  const written = await Promise.all(records.map(async (record) => log.write(record)));
  written.forEach((id, row) => {
    if (id !== undefined) ids[row] = id;
  });
  return { scores, ids };
}
