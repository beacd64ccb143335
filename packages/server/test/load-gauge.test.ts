import { describe, expect, it } from 'vitest';
import { LoadGauge } from '../src/http/load-gauge.ts';

/** Keeps the event loop from anything else. */
function block(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

const turn = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

describe('the load of a process', () => {
  it('is too much when too many requests are being answered', () => {
    const gauge = new LoadGauge({ mostInFlight: 2, mostLag: Infinity });
    gauge.inFlight = 2;
    expect(gauge.isOverloaded()).toBe(false);
    gauge.inFlight = 3;
    expect([gauge.isOverloaded(), gauge.shed]).toStrictEqual([true, 1]);
    gauge.close();
  });

  it('is too much when the event loop lags again and again', async () => {
    const gauge = new LoadGauge({ mostInFlight: 10, mostLag: 40 });
    for (let i = 0; i < 12; i++) {
      block(150);
      await turn(1);
    }
    expect(gauge.isOverloaded()).toBe(true);
    expect(gauge.lag).toBeGreaterThan(40);
    gauge.close();
  });
});
