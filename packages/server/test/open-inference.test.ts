import { createScorer } from '@verdict/learn';
import { describe, expect, it } from 'vitest';
import { shopApp } from './support/shop-app.ts';
import { goodRow, shopBundle } from './support/shop-model.ts';

const app = await shopApp();
const scorer = createScorer(shopBundle());

async function infer(payload: object, headers: Record<string, string> = {}) {
  return app.inject({ method: 'POST', url: '/v2/models/shop/infer', payload, headers });
}

const tensors = [
  { name: 'tenure', shape: [2, 1], datatype: 'INT64', data: [4, 9] },
  { name: 'spend', shape: [2], datatype: 'FP64', data: [31.5, null] },
  {
    name: 'plan',
    shape: [2, 1],
    datatype: 'BYTES',
    parameters: { content_type: 'str' },
    data: [['basic'], ['plus']],
  },
  { name: 'newsletter', shape: [2, 1], datatype: 'BOOL', data: [true, 0] },
  { name: 'since', shape: [2, 1], datatype: 'BYTES', data: ['2024-03-01', null] },
];
const rows = [goodRow, { tenure: 9, spend: null, plan: 'plus', newsletter: false, since: null }];

describe('the Open Inference Protocol', () => {
  it('describes server and models', async () => {
    expect((await app.inject('/v2')).json()).toStrictEqual({
      name: 'verdict',
      version: '0.1.0',
      extensions: ['binary_tensor_data', 'model_repository'],
    });
    expect((await app.inject('/v2/health/live')).json()).toStrictEqual({ live: true });
    expect((await app.inject('/v2/health/ready')).json()).toStrictEqual({ ready: true });
    for (const path of ['/v2/models/shop', '/v2/models/shop/versions/0']) {
      expect((await app.inject(path)).json()).toMatchObject({
        name: 'shop',
        versions: ['0'],
        platform: 'verdict',
        inputs: [
          { name: 'tenure', datatype: 'FP64', shape: [-1, 1] },
          { name: 'spend', datatype: 'FP64' },
          { name: 'plan', datatype: 'BYTES' },
          { name: 'newsletter', datatype: 'BOOL' },
          { name: 'since', datatype: 'BYTES' },
        ],
        outputs: [{ name: 'prediction' }, { name: 'label' }, { name: 'probability', shape: [-1, 2] }],
      });
      expect((await app.inject(`${path}/ready`)).json()).toStrictEqual({ name: 'shop', ready: true });
    }
    const index = await app.inject({ method: 'POST', url: '/v2/repository/index', payload: {} });
    expect(index.json()).toStrictEqual([{ name: 'shop', version: '0', state: 'READY', reason: '' }]);
  });

  it('scores a tensor for each column', async () => {
    const reply = await infer({ id: 'call-1', inputs: tensors });
    const scores = rows.map((row) => scorer.scoreRow(row));
    expect(reply.json()).toStrictEqual({
      model_name: 'shop',
      model_version: '0',
      id: 'call-1',
      outputs: [
        {
          name: 'prediction',
          datatype: 'INT64',
          shape: [2, 1],
          data: scores.map(({ decision }) => decision),
        },
        { name: 'label', datatype: 'BYTES', shape: [2, 1], data: scores.map(({ label }) => label) },
        {
          name: 'probability',
          datatype: 'FP64',
          shape: [2, 2],
          data: scores.flatMap(({ probability }) => [1 - probability, probability]),
        },
      ],
    });
    const one = await infer({ inputs: tensors, outputs: [{ name: 'label' }] });
    expect(one.json().outputs).toMatchObject([{ name: 'label' }]);
  });

  it('takes tensors as bytes behind the JSON', async () => {
    const text = (value: string): Buffer => {
      const bytes = Buffer.from(value);
      const size = Buffer.alloc(4);
      size.writeUInt32LE(bytes.length);
      return Buffer.concat([size, bytes]);
    };
    const binary = [
      {
        name: 'tenure',
        shape: [2, 1],
        datatype: 'INT64',
        bytes: Buffer.from(BigInt64Array.of(4n, 9n).buffer),
      },
      {
        name: 'spend',
        shape: [2, 1],
        datatype: 'FP64',
        bytes: Buffer.from(Float64Array.of(31.5, NaN).buffer),
      },
      { name: 'plan', shape: [2, 1], datatype: 'BYTES', bytes: Buffer.concat([text('basic'), text('plus')]) },
      { name: 'newsletter', shape: [2, 1], datatype: 'BOOL', bytes: Buffer.of(1, 0) },
    ];
    const inputs = [
      ...binary.map(({ bytes, ...tensor }) => ({
        ...tensor,
        parameters: { binary_data_size: bytes.length },
      })),
      tensors[4],
    ];
    const head = Buffer.from(JSON.stringify({ inputs }));
    const body = Buffer.concat([head, ...binary.map(({ bytes }) => bytes)]);
    const send = async (payload: Buffer, length: string) =>
      app.inject({
        method: 'POST',
        url: '/v2/models/shop/infer',
        payload,
        headers: { 'content-type': 'application/octet-stream', 'inference-header-content-length': length },
      });
    const reply = await send(body, String(head.length));
    expect(reply.json().outputs).toStrictEqual((await infer({ inputs: tensors })).json().outputs);

    for (const [payload, length] of [
      [body, '99999999'],
      [body, '-1'],
      [body, 'x'],
      [Buffer.concat([body, Buffer.of(1)]), String(head.length)],
      [body.subarray(0, -1), String(head.length)],
    ] as const) {
      const refused = await send(payload, length);
      expect([refused.statusCode, refused.json().error]).toStrictEqual([
        400,
        expect.stringMatching(/not well-formed/),
      ]);
    }
    for (const [datatype, bytes] of [
      ['FP16', [0, 0]],
      ['INT32', [1, 2, 3]],
      ['BYTES', [9, 0, 0, 0, 65]],
      ['BYTES', [1]],
    ] as const) {
      // prettier-ignore
      const odd = Buffer.from(JSON.stringify({ inputs: [{ name: 'plan', shape: [1], datatype, parameters: { binary_data_size: bytes.length } }] })); // prettier-ignore
      expect((await send(Buffer.concat([odd, Buffer.from(bytes)]), String(odd.length))).statusCode).toBe(400);
    }
    for (const [datatype, bytes] of [
      ['UINT8', 1],
      ['UINT16', 2],
      ['UINT32', 4],
      ['UINT64', 8],
      ['INT8', 1],
      ['INT16', 2],
      ['INT32', 4],
      ['FP32', 4],
    ] as const) {
      // prettier-ignore
      const small = Buffer.from(JSON.stringify({ inputs: [{ ...tensors[2], shape: [1], data: ['basic'] }, { ...tensors[3], shape: [1], data: [true] }, { name: 'tenure', shape: [1], datatype, parameters: { binary_data_size: bytes } }] })); // prettier-ignore
      expect((await send(Buffer.concat([small, Buffer.alloc(bytes)]), String(small.length))).statusCode).toBe(
        200,
      );
    }
  });

  it('says what is wrong in its own way', async () => {
    const [tenure] = tensors;
    const cases: [object, number, RegExp][] = [
      [{ inputs: [] }, 400, /inputs/],
      [{ inputs: [tenure, tenure] }, 400, /"tenure" comes twice/],
      [{ inputs: [{ ...tenure, datatype: 'FLOAT' }] }, 400, /datatype FLOAT/],
      [{ inputs: [tenure, { ...tensors[1], shape: [3] }] }, 400, /has 3 rows/],
      [{ inputs: [{ ...tenure, shape: [2, 2] }] }, 400, /shape \[2, 2\]/],
      [{ inputs: [{ ...tenure, data: [1] }] }, 400, /1 values for 2 rows/],
      [{ inputs: [{ ...tenure, data: [1, 'x'] }] }, 400, /no INT64/],
      [{ inputs: [{ ...tenure, shape: [20_000], data: [] }] }, 400, /at most 10000 rows/],
      [{ inputs: tensors, outputs: [{ name: 'logits' }] }, 400, /no output "logits"/],
      [{ inputs: [tenure] }, 422, /row 0: plan is missing/],
    ];
    for (const [payload, status, words] of cases) {
      const reply = await infer(payload);
      expect([reply.statusCode, Object.keys(reply.json() as object)]).toStrictEqual([status, ['error']]);
      expect(reply.json().error).toMatch(words);
    }
    const typed = async (type: string | undefined) =>
      app.inject({
        method: 'POST',
        url: '/v2/models/shop/infer',
        payload: Buffer.from(JSON.stringify({ inputs: tensors })),
        headers: type === undefined ? {} : { 'content-type': type },
      });
    expect((await typed(undefined)).statusCode).toBe(200);
    expect((await typed('text/plain')).statusCode).toBe(415);
    const missing = await app.inject('/v2/models/other');
    expect([missing.statusCode, missing.json().error]).toStrictEqual([
      404,
      expect.stringContaining('"other"'),
    ]);
  });
});

describe("MLflow's scoring server", () => {
  const labels = rows.map((row) => scorer.scoreRow(row).label);
  const invoke = async (payload: object | string, type = 'application/json') =>
    app.inject({ method: 'POST', url: '/invocations', payload, headers: { 'content-type': type } });

  it('takes rows in every form', async () => {
    const columns = Object.keys(goodRow);
    const cells = rows.map((row) => columns.map((name) => (row as Record<string, unknown>)[name]));
    const forms = [
      { dataframe_split: { columns, index: [0, 1], data: cells } },
      { dataframe_records: rows },
      { instances: rows },
      { inputs: rows },
      { inputs: Object.fromEntries(columns.map((name, c) => [name, cells.map((row) => row[c])])) },
      { dataframe_records: rows, params: null },
    ];
    for (const form of forms) expect((await invoke(form)).json()).toStrictEqual({ predictions: labels });
    const csv = `${columns.join(',')}\n4,31.5,basic,true,2024-03-01\n9,,plus,false,\n`;
    expect((await invoke(csv, 'text/csv')).json()).toStrictEqual({ predictions: labels });
    expect((await app.inject('/ping')).body).toBe('\n');
    expect((await app.inject('/version')).body).toBe('0.1.0');
    expect((await app.inject('/health')).statusCode).toBe(200);
  });

  it('answers probabilities where they are asked for', async () => {
    const scores = rows.map((row) => scorer.scoreRow(row));
    const ask = async (output: string) =>
      (await invoke({ instances: rows, params: { output } })).json().predictions;
    expect(await ask('probability')).toStrictEqual(scores.map(({ probability }) => probability));
    expect(await ask('all')).toStrictEqual(
      scores.map(({ probability, decision, label }) => ({ prediction: decision, label, probability })),
    );
  });

  it('says what is wrong in its own way', async () => {
    const cases: [object | string, string, number][] = [
      [{}, 'application/json', 400],
      [{ instances: rows, inputs: rows }, 'application/json', 400],
      [{ dataframe_split: { columns: ['tenure'], data: [[1, 2]] } }, 'application/json', 400],
      [{ inputs: { tenure: [1], plan: ['a', 'b'] } }, 'application/json', 400],
      [{ instances: [{ tenure: 1 }] }, 'application/json', 422],
      [{ instances: rows, extra: 1 }, 'application/json', 400],
      ['{', 'application/json', 400],
      ['tenure,plan\n1\n', 'text/csv', 400],
      [{ instances: Array.from({ length: 10_001 }, () => ({})) }, 'application/json', 400],
    ];
    for (const [payload, type, status] of cases) {
      const reply = await invoke(payload, type);
      expect([reply.statusCode, Object.keys(reply.json() as object)]).toStrictEqual([
        status,
        ['error_code', 'message'],
      ]);
      expect(reply.json().error_code).toBe('BAD_REQUEST');
    }
    const missing = await app.inject({
      method: 'POST',
      url: '/invocations?model=other',
      payload: { instances: rows },
    });
    expect(missing.json().error_code).toBe('RESOURCE_DOES_NOT_EXIST');
    expect((await invoke('x'.repeat(17 * 1024 * 1024), 'text/csv')).json()).toMatchObject({
      error_code: 'BAD_REQUEST',
    });
  });
});
