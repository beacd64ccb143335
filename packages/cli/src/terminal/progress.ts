import cliProgress from 'cli-progress';

/** Shows how far long work has come; silent where there is no terminal. */
export interface Progress {
  update(stage: string, done: number, total: number): void;
  stop(): void;
}

/** Does work with a progress bar, which is gone when the work has ended, well or not. */
export async function withProgress<T>(quiet: boolean, work: (progress: Progress) => Promise<T>): Promise<T> {
  const progress = openProgress(quiet);
  try {
    return await work(progress);
  } finally {
    progress.stop();
  }
}

/** A progress bar on standard error, or nothing when that is not a terminal. */
export function openProgress(quiet: boolean): Progress {
  if (quiet || process.stderr.isTTY !== true) return { update: () => undefined, stop: () => undefined };
  const bar = new cliProgress.SingleBar(
    {
      format: '{stage} {bar} {percentage} %',
      stream: process.stderr,
      hideCursor: true,
      clearOnComplete: true,
      stopOnComplete: false,
      gracefulExit: false,
    },
    cliProgress.Presets.shades_classic,
  );
  let started = false;
  return {
    update(stage, done, total) {
      if (!started) {
        bar.start(Math.max(total, 1), done, { stage });
        started = true;
      } else {
        bar.setTotal(Math.max(total, 1));
        bar.update(done, { stage });
      }
    },
    stop() {
      if (started) bar.stop();
      started = false;
    },
  };
}
