import { Agent, request } from 'node:http';

/** One answer to a prediction that was asked for. */
export interface Answered {
  readonly status: number;
  readonly requestId: string;
  readonly version: string;
  readonly probability: number;
  /** Milliseconds by `performance.now()`. */
  readonly begin: number;
  readonly end: number;
  /** What came, where it was no prediction. */
  readonly body?: string;
}

/** Predictions that are asked for over many connections, one after another on each, until it is told to end. */
export interface RunningLoad {
  readonly answers: Answered[];
  /** Requests to which no whole reply came. */
  readonly lost: { count: number };
  /** Asks nothing more, and waits for what is under way. */
  end(): Promise<void>;
}

/** Starts to ask. */
export function startLoad(
  url: string,
  bodies: readonly string[],
  options: { readonly connections?: number; readonly key?: string } = {},
): RunningLoad {
  const { connections = 32, key } = options;
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const answers: Answered[] = [];
  const lost = { count: 0 };
  const state = { over: false };
  let next = 0;
  const worker = async (): Promise<void> => {
    while (!state.over) {
      const answer = await ask(agent, `${url}/predict`, bodies[next++ % bodies.length], key);
      if (answer === undefined) {
        lost.count++;
        // Nobody listens any more: the next attempt shall not come at once.
        await new Promise((resolve) => setTimeout(resolve, 5));
      } else answers.push(answer);
    }
  };
  const workers = Array.from({ length: connections }, worker);
  return {
    answers,
    lost,
    async end() {
      state.over = true;
      await Promise.all(workers);
      agent.destroy();
    },
  };
}

/** One request; undefined if no whole reply came. */
function ask(
  agent: Agent,
  url: string,
  body: string,
  key: string | undefined,
): Promise<Answered | undefined> {
  return new Promise((resolve) => {
    const begin = performance.now();
    const asked = request(
      url,
      {
        agent,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
        },
      },
      (reply) => {
        let text = '';
        reply.on('data', (chunk: Buffer) => (text += chunk.toString()));
        reply.on('end', () =>
          resolve(reply.complete ? answerOf(reply.statusCode ?? 0, text, begin) : undefined),
        );
        reply.on('error', () => resolve(undefined));
      },
    );
    asked.on('error', () => resolve(undefined));
    asked.end(body);
  });
}

function answerOf(status: number, text: string, begin: number): Answered {
  const end = performance.now();
  if (status !== 200)
    return { status, requestId: '', version: '', probability: Number.NaN, begin, end, body: text };
  const { requestId, version, probability } = JSON.parse(text) as {
    requestId: string;
    version: string;
    probability: [number, number];
  };
  return { status, requestId, version, probability: probability[1], begin, end };
}
