import { Random } from '@verdict/core';

/** A made table about customers, with a signal in numbers, a category and missing values. */
export function customers(rows: number, seed = 1): string[][] {
  const random = new Random(seed, 'customers');
  const plans = ['basic', 'plus', 'pro'];
  const table = [['age', 'plan', 'calls', 'since', 'paper', 'left']];
  for (let row = 0; row < rows; row++) {
    const age = 18 + random.integer(60);
    const plan = plans[random.integer(3)];
    const calls = random.float() < 0.1 ? '' : (random.float() * 10).toFixed(2);
    const since = new Date(Date.UTC(2015, random.integer(120), 1 + random.integer(28)))
      .toISOString()
      .slice(0, 10);
    const margin = (plan === 'basic' ? 1 : -1) + (Number(calls || 5) - 5) / 2 - (age - 48) / 30;
    const left = random.float() < 1 / (1 + Math.exp(-margin)) ? 'yes' : 'no';
    table.push([String(age), plan, calls, since, random.float() < 0.5 ? 'yes' : 'no', left]);
  }
  return table;
}

/** The table as CSV; no value needs quotes. */
export function csv(table: readonly (readonly string[])[]): string {
  return `${table.map((row) => row.join(',')).join('\n')}\n`;
}
