import { createScorer } from '@verdict/learn';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { shopApp } from './support/shop-app.ts';
import { goodRow, shopBundle } from './support/shop-model.ts';

const app = await shopApp();
const scorer = createScorer(shopBundle());
const rows = Array.from({ length: 300 }, (_, tenure) => ({ ...goodRow, tenure: tenure % 60 }));

async function post(payload: string | Buffer | Readable, type: string, headers: Record<string, string> = {}) {
  return app.inject({
    method: 'POST',
    url: '/predict/batch',
    payload,
    headers: { 'content-type': type, 'x-request-id': 'b', ...headers },
  });
}

function lines(text: string): Record<string, unknown>[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('a JSON batch', () => {
  it('is answered in the order of its rows', async () => {
    const reply = await post(JSON.stringify({ rows }), 'application/json');
    const body = reply.json() as { predictions: Record<string, unknown>[] };
    expect(body).toMatchObject({ model: 'shop', version: '0', threshold: 0.37, requestId: 'b' });
    expect(body.predictions).toHaveLength(300);
    rows.forEach((row, i) => {
      const { probability, decision, label } = scorer.scoreRow(row);
      expect(body.predictions[i]).toStrictEqual({
        prediction: decision,
        label,
        probability: [1 - probability, probability],
        confidence: Math.max(probability, 1 - probability),
        requestId: `b:${i + 1}`,
      });
    });
  });

  it('is refused whole, naming the row', async () => {
    const reply = await post(
      JSON.stringify({ rows: [goodRow, { ...goodRow, tenure: 'x' }] }),
      'application/json',
    );
    expect(reply.statusCode).toBe(422);
    expect(reply.json()).toMatchObject({ error: { field: 'rows[1].tenure', got: '"x"' } });
    const none = await post('{"rows": []}', 'application/json');
    expect([none.statusCode, none.json().error.field]).toStrictEqual([400, 'rows']);
  });

  it('keeps warnings with their rows', async () => {
    const reply = await post(
      JSON.stringify({ rows: [goodRow, { ...goodRow, plan: 'gold' }] }),
      'application/json',
    );
    const { predictions } = reply.json() as { predictions: { warnings?: unknown }[] };
    expect(predictions[0].warnings).toBeUndefined();
    expect(predictions[1].warnings).toMatchObject([{ code: 'unknown_category', field: 'rows[1].plan' }]);
  });
});

describe('JSON lines', () => {
  it('have a line each, wrong ones an error in their place', async () => {
    const text = [
      JSON.stringify(goodRow),
      '',
      'not json',
      JSON.stringify({ features: { ...goodRow, tenure: 9 } }),
      '[1]',
      JSON.stringify({ ...goodRow, tenure: 'x' }),
      '{"tenure": 1, "tenure": 2}',
      JSON.stringify(goodRow),
    ].join('\r\n');
    const reply = await post(text, 'application/x-ndjson');
    expect(reply.headers).toMatchObject({
      'content-type': 'application/x-ndjson; charset=utf-8',
      'x-verdict-model': 'shop',
      'x-verdict-version': '0',
      'x-verdict-threshold': '0.37',
    });
    const found = lines(reply.body);
    const codes = found.map(({ error }) => (error as { code: string } | undefined)?.code);
    expect(codes).toStrictEqual([undefined, 'MALFORMED_JSON', undefined, 'INVALID_REQUEST', 'INVALID_FEATURES', 'DUPLICATE_KEY', undefined]); // prettier-ignore
    expect(found.map(({ row }) => row)).toStrictEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(found[2]).toMatchObject({
      requestId: 'b:3',
      probability: [expect.any(Number), scorer.scoreRow({ ...goodRow, tenure: 9 }).probability],
    });
  });

  it('may be cut anywhere', async () => {
    const text = Buffer.from(rows.map((row) => JSON.stringify({ ...row, plan: 'bäsic' })).join('\n'));
    const whole = await post(text, 'application/x-ndjson');
    for (const size of [1, 7, 4096]) {
      const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
        text.subarray(i * size, (i + 1) * size),
      );
      const cut = await post(Readable.from(pieces), 'application/x-ndjson');
      expect(cut.body).toBe(whole.body);
    }
    expect(lines(whole.body)).toHaveLength(300);
  });

  it('end with an error where a line has no end', async () => {
    const reply = await post(
      `${JSON.stringify(goodRow)}\n${'x'.repeat(1024 * 1024 + 1)}`,
      'application/jsonl',
    );
    expect(lines(reply.body)).toMatchObject([{ row: 1 }, { row: 2, error: { code: 'TOO_LARGE' } }]);
  });

  it('are answered as CSV where the caller wants that', async () => {
    const reply = await post(JSON.stringify(goodRow), 'application/x-ndjson', { accept: 'text/csv' });
    expect(reply.headers['content-type']).toBe('text/csv; charset=utf-8; header=present');
    expect(reply.body.split('\n')[0]).toBe('row,prediction,label,probability,confidence,requestId,error');
  });
});

describe('CSV', () => {
  const header = 'customer,tenure,spend,plan,newsletter,since';

  it('has the header of the table; empty cells are missing values', async () => {
    const reply = await post(
      `\uFEFF${header}\nc1,4,31.5,basic,yes,2024-03-01\nc2,9,,"plus",no,\nc3,,1,basic,no,\n`,
      'text/csv; charset=utf-8',
    );
    const [head, first, second, third] = reply.body.trimEnd().split('\n');
    expect(head).toBe('row,prediction,label,probability,confidence,requestId,error');
    const score = scorer.scoreRow(goodRow);
    const confidence = Math.max(score.probability, 1 - score.probability);
    expect(first).toBe(`1,${score.decision},${score.label},${score.probability},${confidence},b:1,`);
    const missing = scorer.scoreRow({ tenure: 9, plan: 'plus', newsletter: 'no', spend: null, since: null });
    expect(second.split(',')[3]).toBe(String(missing.probability));
    expect(third).toContain('tenure must not be missing');
  });

  it('is answered as JSON lines where the caller wants that', async () => {
    const reply = await post(`${header}\nc1,4,31.5,basic,yes,2024-03-01\n`, 'text/csv', {
      accept: 'application/x-ndjson',
    });
    expect(lines(reply.body)).toMatchObject([{ row: 1, requestId: 'b:1' }]);
  });

  it('says which row is broken, and goes on where it can', async () => {
    const ragged = await post(`${header}\nc1,4\nc2,4,31.5,basic,yes,2024-03-01\n`, 'text/csv');
    const found = ragged.body.trimEnd().split('\n');
    expect(found[1]).toBe('1,,,,,b:1,"The row has 2 cells, the header 6."');
    expect(found[2]).toMatch(/^2,[01],/);
    const open = await post(`${header}\nc1,"4`, 'text/csv');
    expect(open.body).toContain('1,,,,,b,Row 1 is not valid CSV (CSV_QUOTE_NOT_CLOSED)');
    const quoted = await post('[{}, {"a": 1}]\n1\n', 'text/csv');
    expect(quoted.body).toContain('Row 1 is not valid CSV (INVALID_OPENING_QUOTE)');
    const twice = await post('tenure,tenure\n1,2\n', 'text/csv');
    expect(twice.body).toContain('comes twice in the header');
  });

  it('is refused from the row on that is not UTF-8', async () => {
    const good = 'c1,4,31.5,basic,yes,2024-03-01\n';
    const latin = Buffer.from('c2,4,31.5,b\u00e4sic,yes,2024-03-01\n', 'latin1');
    const bytes = Buffer.concat([Buffer.from(`${header}\n${good}`), latin, Buffer.from(good)]);
    for (const pieces of [[bytes], [bytes.subarray(0, 90), bytes.subarray(90)]]) {
      const found = (await post(Readable.from(pieces), 'text/csv')).body.trimEnd().split('\n');
      expect(found[1]).toMatch(/^1,[01],/);
      expect(found.slice(2)).toStrictEqual([
        '2,,,,,b,Row 2 is not UTF-8 text. Save the file as UTF-8 and send it again.',
      ]);
    }
    const wide = await post(Buffer.from(`\uFEFF${header}\n${good}`, 'utf16le'), 'text/csv');
    expect(wide.body).toContain('Row 1 is not UTF-8 text');
    const cut = Buffer.from(`${header}\nc1,4,31.5,bäsic`);
    const half = await post(cut.subarray(0, cut.length - 4), 'text/csv');
    expect(half.body).toContain('is not UTF-8 text');
  });

  it('may be cut within a letter', async () => {
    const text = Buffer.from(`${header}\nc1,4,31.5,bäsic€,yes,2024-03-01\n`);
    const whole = await post(text, 'text/csv');
    const cut = await post(Readable.from([...text].map((byte) => Buffer.from([byte]))), 'text/csv');
    expect(cut.body).toBe(whole.body);
    expect(whole.body).toMatch(/\n1,[01],/);
  });

  it('cannot make a spreadsheet run anything', async () => {
    const reply = await post(`${header}\nc1,"=cmd()",1,basic,no,\n`, 'text/csv');
    expect(reply.body.split('\n')[1]).not.toMatch(/(^|,)=/);
  });
});

describe('the memory of a stream', () => {
  it('is bounded: a caller who does not read is not read from', async () => {
    const address = await app.listen({ port: 0, host: '127.0.0.1' });
    const socket = connect(Number(new URL(address).port), '127.0.0.1');
    socket.write(
      'POST /predict/batch HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n',
    );
    socket.pause();
    const line = `${JSON.stringify(goodRow)}\n`;
    const piece = line.repeat(500);
    const chunk = `${Buffer.byteLength(piece).toString(16)}\r\n${piece}\r\n`;
    let sent = 0;
    let stalled = false;
    // A server that kept what it could not send would take everything.
    while (sent < 100 * 1024 * 1024 && !stalled) {
      const flushed = socket.write(chunk);
      sent += chunk.length;
      if (flushed) continue;
      stalled = await Promise.race([
        new Promise<boolean>((resolve) => socket.once('drain', () => resolve(false))),
        new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 1500)),
      ]);
    }
    socket.destroy();
    expect(stalled).toBe(true);
    expect(sent).toBeLessThan(60 * 1024 * 1024);
  });
});
