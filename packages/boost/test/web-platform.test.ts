import { afterEach, describe, expect, it, vi } from 'vitest';
import { webPlatform } from '../src/web-platform.ts';

// The real thing runs in Chromium (examples/browser). Here stand-ins show what is passed on, and to whom.

/** The events of a stand-in, sent by hand. */
class Target {
  readonly #listeners = new Map<string, (event: object) => void>();

  addEventListener(type: string, listener: (event: object) => void): void {
    this.#listeners.set(type, listener);
  }

  send(type: string, event: object): void {
    this.#listeners.get(type)?.(event);
  }
}

class FakeWorker extends Target {
  static latest: FakeWorker;
  readonly made: unknown[];
  readonly posted: unknown[] = [];
  terminated = false;

  constructor(...made: unknown[]) {
    super();
    this.made = made;
    FakeWorker.latest = this;
  }

  postMessage(...message: unknown[]): void {
    this.posted.push(message);
  }

  terminate(): void {
    this.terminated = true;
  }
}

afterEach(() => vi.unstubAllGlobals());

describe('threads of a browser', () => {
  it('are module workers that get messages and tell of answers and failures', async () => {
    vi.stubGlobal('Worker', FakeWorker);
    const thread = webPlatform().startThread();
    const worker = FakeWorker.latest;
    expect(String(worker.made[0])).toMatch(/\/pool-worker\.ts$/);
    expect(worker.made[1]).toEqual({ type: 'module', name: 'boost' });

    // Nobody listens yet: nothing happens.
    worker.send('message', { data: 0 });
    worker.send('error', {});
    const heard: unknown[] = [];
    thread.listen(
      (value) => heard.push(value),
      (error) => heard.push(error.message),
    );
    worker.send('message', { data: 1 });
    worker.send('error', { message: 'no such script' });
    worker.send('error', {});
    expect(heard).toEqual([1, 'no such script', 'A training thread could not be started.']);

    const { port1 } = new MessageChannel();
    thread.hold(true);
    thread.post('plain');
    thread.post('with a port', [port1]);
    expect(worker.posted).toEqual([
      ['plain', []],
      ['with a port', [port1]],
    ]);
    port1.close();
    await thread.end();
    expect(worker.terminated).toBe(true);
  });

  it('serve whoever started them and report what goes wrong', () => {
    const scope = new Target();
    const posted: unknown[] = [];
    const reported: unknown[] = [];
    vi.stubGlobal('addEventListener', scope.addEventListener.bind(scope));
    vi.stubGlobal('postMessage', (message: unknown) => posted.push(message));
    vi.stubGlobal('reportError', (error: unknown) => reported.push(error));
    const platform = webPlatform();
    const heard: unknown[] = [];
    platform.serve((message) => heard.push(message));
    scope.send('message', { data: 'a job' });
    scope.send('unhandledrejection', { reason: 'broken' });
    platform.answer('done');
    expect([heard, reported, posted]).toEqual([['a job'], ['broken'], ['done']]);
  });

  it('are as many as the machine runs, and cannot help a caller that blocks', () => {
    const platform = webPlatform();
    expect(platform.parallelism()).toBe(navigator.hardwareConcurrency);
    expect(platform.mayBlock).toBe(false);
  });
});
