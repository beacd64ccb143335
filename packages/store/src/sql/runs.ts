import { Conflict, NotFound } from '@verdict/core';
import type { Selectable } from 'kysely';
import {
  checkFinite,
  checkHash,
  checkInteger,
  checkModelName,
  checkOptionalText,
  checkText,
} from '../checks.ts';
import type { Page, PageOptions } from '../records/log.ts';
import type { NewRun, Run, RunFilter, RunOutcome, RunState } from '../records/runs.ts';
import type { Runs } from '../store.ts';
import { writeAudit } from './audit.ts';
import type { Context } from './context.ts';
import { fromJson, toJson } from './json-text.ts';
import { isTimeAndId, pageOf, pageRequest } from './paging.ts';
import type { Tables } from './tables.ts';

export function openRuns(context: Context): Runs {
  return {
    async create(run: NewRun): Promise<Run> {
      const row: Selectable<Tables['runs']> = {
        id: context.newId(),
        kind: checkText('kind', run.kind, 64, 1),
        model: run.model === null ? null : checkModelName(run.model),
        by: checkText('by', run.by, 200, 1),
        parameters: toJson(run.parameters),
        dataFingerprint: checkOptionalText('dataFingerprint', run.dataFingerprint),
        seed: run.seed === null ? null : checkInteger('seed', run.seed, Number.MIN_SAFE_INTEGER),
        codeVersion: checkText('codeVersion', run.codeVersion, 200),
        lockHash: checkOptionalText('lockHash', run.lockHash),
        state: 'running',
        startedAt: context.now(),
        finishedAt: null,
        metrics: '{}',
        durationSeconds: null,
        cpuSeconds: null,
        artifact: null,
        error: null,
      };
      return context.change(async (transaction) => {
        await transaction.insertInto('runs').values(row).execute();
        return runOf(row);
      });
    },

    async finish(id: string, outcome: RunOutcome): Promise<Run> {
      const changes = {
        state: outcome.state,
        finishedAt: context.now(),
        metrics: toJson(outcome.metrics),
        durationSeconds: checkFinite('durationSeconds', outcome.durationSeconds),
        cpuSeconds: checkFinite('cpuSeconds', outcome.cpuSeconds),
        artifact: outcome.artifact === undefined ? null : checkHash('artifact', outcome.artifact),
        error: checkOptionalText('error', outcome.error ?? null),
      };
      return context.change(async (transaction) => {
        const found = await transaction
          .selectFrom('runs')
          .selectAll()
          .where('id', '=', id)
          .executeTakeFirst();
        if (found === undefined) throw noRun(id);
        if (found.state !== 'running') {
          throw new Conflict({
            problem: `The run ${id} has ended already (${found.state}).`,
            hint: 'Start a new run: what a run found is never changed.',
          });
        }
        const dataFingerprint = outcome.dataFingerprint ?? found.dataFingerprint;
        await transaction
          .updateTable('runs')
          .set({ ...changes, dataFingerprint })
          .where('id', '=', id)
          .execute();
        await writeAudit(transaction, changes.finishedAt, found.by, 'run.finish', id, {
          state: outcome.state,
        });
        return runOf({ ...found, ...changes, dataFingerprint });
      });
    },

    async get(id: string): Promise<Run | undefined> {
      return context.read(async (db) => {
        const row = await db.selectFrom('runs').selectAll().where('id', '=', id).executeTakeFirst();
        return row === undefined ? undefined : runOf(row);
      });
    },

    async list(filter: RunFilter = {}, page?: PageOptions): Promise<Page<Run>> {
      const request = pageRequest(page, isTimeAndId);
      return context.read(async (db) => {
        let query = db.selectFrom('runs').selectAll();
        if (filter.model !== undefined) query = query.where('model', '=', filter.model);
        if (filter.kind !== undefined) query = query.where('kind', '=', filter.kind);
        if (filter.state !== undefined) query = query.where('state', '=', filter.state);
        if (request.after !== undefined) {
          const [at, id] = request.after;
          query = query.where((eb) =>
            eb(eb.refTuple('startedAt', 'id'), request.comparison, eb.tuple(at, id)),
          );
        }
        const rows = await query
          .orderBy('startedAt', request.direction)
          .orderBy('id', request.direction)
          .limit(request.limit + 1)
          .execute();
        return pageOf(rows, request, runOf, (row) => [row.startedAt, row.id] as const);
      });
    },
  };
}

function noRun(id: string): NotFound {
  return new NotFound({ problem: `There is no run ${id}.`, hint: 'See all: verdict runs list.' });
}

function runOf(row: Selectable<Tables['runs']>): Run {
  return {
    ...row,
    state: row.state as RunState,
    parameters: fromJson(row.parameters, `run ${row.id}`),
    metrics: fromJson(row.metrics, `run ${row.id}`),
  };
}
