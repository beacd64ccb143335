import { setImmediate as nextTurn } from 'node:timers/promises';
import { errorBody, refusalOf } from '../http/error-reply.ts';
import type { Refusal } from '../http/refusal.ts';
import type { Resolved } from '../scoring/model-table.ts';
import type { Service } from '../service.ts';
import { scoreRow } from './predict.ts';
import type { SourceRow } from './row-source.ts';
import { logRecord, rowReply } from './scoring-reply.ts';

/** A format of streamed replies. */
export interface RowFormat {
  readonly type: string;
  readonly head: string;
  answer(row: number, reply: ReturnType<typeof rowReply>): string;
  refuse(row: number, refusal: Refusal, requestId: string): string;
}

/** JSON lines: a reply for each row, or `{"row": 3, "error": {…}}`. */
export const jsonLines: RowFormat = {
  type: 'application/x-ndjson; charset=utf-8',
  head: '',
  answer: (row, reply) => `${JSON.stringify({ row, ...reply })}\n`,
  refuse: (row, refusal, requestId) => `${JSON.stringify({ row, ...errorBody(refusal, requestId) })}\n`,
};

/** CSV with a header. */
export const csvLines: RowFormat = {
  type: 'text/csv; charset=utf-8; header=present',
  head: 'row,prediction,label,probability,confidence,requestId,error\n',
  answer(row, { prediction, label, probability, confidence, requestId }) {
    return `${row},${prediction},${cell(label)},${probability[1]},${confidence},${cell(requestId)},\n`;
  },
  refuse: (row, { message }, requestId) => `${row},,,,,${cell(requestId)},${cell(message)}\n`,
};

/** A cell in quotation marks where it needs them; one that a spreadsheet would take for a formula gets an apostrophe. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/**
 * Scores rows as they arrive and gives the lines of the reply. A row that cannot be scored has its line and does not
 * stop the others; a stream that breaks off has a last line that says so. With a durable log the lines of a group of
 * rows come when the group is on disk.
 */
export async function* scoreRows(
  service: Service,
  resolved: Resolved,
  source: AsyncIterable<readonly SourceRow[]>,
  format: RowFormat,
  request: { readonly id: string; readonly key: string | null },
): AsyncGenerator<string> {
  let last = 0;
  if (format.head !== '') yield format.head;
  try {
    for await (const rows of source) {
      const lines: (string | Promise<string>)[] = rows.map((row) => {
        last = row.row;
        return lineOf(service, resolved, row, format, request);
      });
      yield (await Promise.all(lines)).join('');
      // Other requests have their turn.
      await nextTurn();
    }
  } catch (error) {
    yield format.refuse(last + 1, refusalOf(error), request.id);
  }
}

function lineOf(
  service: Service,
  resolved: Resolved,
  { row, features, refusal }: SourceRow,
  format: RowFormat,
  { id, key }: { readonly id: string; readonly key: string | null },
): string | Promise<string> {
  const requestId = `${id}:${row}`;
  if (features === undefined) return format.refuse(row, refusal!, requestId);
  try {
    const scored = scoreRow(service, resolved, features, '');
    if (service.log.mode === 'off') return format.answer(row, rowReply(scored, requestId));
    const record = logRecord(scored, resolved, { requestId, at: service.now(), key, features });
    const written = service.log.write(record);
    if (written === undefined) return format.answer(row, rowReply(scored, requestId));
    return written.then(
      (final) => format.answer(row, rowReply(scored, final)),
      (error: unknown) => format.refuse(row, refusalOf(error), requestId),
    );
  } catch (error) {
    return format.refuse(row, refusalOf(error), requestId);
  }
}
