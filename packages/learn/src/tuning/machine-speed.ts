import { deflateSync } from 'node:zlib';

/** Milliseconds that the text takes on the machine that all constants of this folder were measured on. */
const REFERENCE = 2.1;
/** The least of them counts: others may have waited for the processor. */
const REPEATS = 8;
const LINES = 6000;

/**
 * How many times as long this machine takes to compute something as the machine that what is known in seconds of
 * computing was measured on: the time to deflate a text that is the same everywhere, some 20 milliseconds in all.
 *
 * @param now milliseconds of a clock that only goes forward
 */
export function measureSlowness(now: () => number = () => performance.now()): number {
  const bytes = Buffer.from(
    Array.from({ length: LINES }, (_, i) => `L${(i * 7919) % 1013}.${i % 97},${(i * 104_729) % 997}`).join(
      '\n',
    ),
  );
  const milliseconds = Array.from({ length: REPEATS }, () => {
    const start = now();
    deflateSync(bytes);
    return now() - start;
  });
  return Math.min(...milliseconds) / REFERENCE;
}
