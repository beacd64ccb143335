import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';

/** One side of the benchmark: a process that holds the table in memory and does one thing at a time. */
export class Side {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly #closed: Promise<void>;
  #errors = '';

  constructor(command: string, args: readonly string[]) {
    this.#child = spawn(command, args, { stdio: 'pipe' });
    this.#child.stderr.on(
      'data',
      (chunk: Buffer) => (this.#errors = `${this.#errors}${chunk}`.slice(-20_000)),
    );
    this.#child.stdin.on('error', () => this.#child.kill());
    this.#closed = new Promise((resolve) => this.#child.once('close', () => resolve()));
    this.#child.once('error', (error) => (this.#errors += error.message));
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /**
   * Sends a command and waits for its answer.
   *
   * @param limit seconds after which the process is ended
   * @throws Error with what the process said if it ends instead
   */
  async ask<T>(command: object, limit: number): Promise<T> {
    this.#child.stdin.write(`${JSON.stringify(command)}\n`);
    return this.answer(limit);
  }

  /** Waits for a line that the process prints of itself. */
  async answer<T>(limit: number): Promise<T> {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.#child.kill('SIGKILL');
    }, limit * 1000);
    try {
      // Packages may chat on standard output; an answer is a line of JSON.
      for (;;) {
        const { value, done } = await this.#lines.next();
        if (done === true) break;
        if (value.startsWith('{')) return JSON.parse(value);
      }
      await this.#closed;
      if (late) throw new Error(`took more than ${limit} s`);
      throw new Error(lastWords(this.#errors));
    } finally {
      clearTimeout(timer);
    }
  }

  async end(): Promise<void> {
    this.#child.stdin.end();
    this.#child.kill();
    await this.#closed;
  }
}

/** The line that tells most of what a process said before it ended. */
function lastWords(text: string): string {
  // V8 says it amid a trace of the stack, which tells of the machine's folders.
  if (/OOMErrorHandler|heap out of memory/.test(text)) return 'ran out of memory';
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    // Minified code is no message.
    .filter((line) => line !== '' && line.length < 300);
  const telling = lines.findLast((line) => /error|failed|abort/i.test(line)) ?? lines.at(-1);
  return (telling ?? 'ended without a word').slice(0, 160);
}
