import type { LoadedScorer } from '@verdict/learn';
import type { Row } from './table.ts';

/**
 * Asks a server of ours for rows and compares its answers with those of a scorer in this process.
 * @throws an Error where any figure differs
 */
export async function checkAgreement(url: string, scorer: LoadedScorer, rows: readonly Row[]): Promise<void> {
  for (const features of rows) {
    const reply = await fetch(`${url}/predict`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ features }),
    });
    const answer = (await reply.json()) as { label?: string; probability?: [number, number] };
    const { probability, label } = scorer.scoreRow(features);
    if (answer.label !== label || answer.probability?.[1] !== probability) {
      throw new Error(
        `${url} answers ${JSON.stringify(answer)}, the scorer says ${label} with ${probability} for ${JSON.stringify(features)}`,
      );
    }
  }
}
