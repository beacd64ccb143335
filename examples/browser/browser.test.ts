import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { binMatrix, Booster, trainSync } from '@verdict/boost';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer } from './server.ts';
import type { RunningServer } from './server.ts';
import { makeSpirals, params, splitRows } from './spirals.ts';

const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

let browser: Browser;
const servers: Record<string, RunningServer> = {};

beforeAll(async () => {
  if (!existsSync(executablePath)) {
    throw new Error(
      `There is no Chromium at ${executablePath}. Install it (Debian: apt-get install chromium) or set CHROMIUM_PATH.`,
    );
  }
  servers.isolated = await startServer({ port: 0, isolated: true });
  servers.plain = await startServer({ port: 0, isolated: false });
  browser = await chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
    ],
  });
});

afterAll(async () => {
  await browser?.close();
  await Promise.all(Object.values(servers).map(async (server) => server.close()));
});

interface Opened {
  readonly page: Page;
  readonly complaints: string[];
}

async function open(server: string, width = 1000, colorScheme: 'light' | 'dark' = 'light'): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(servers[server].url);
  return { page, complaints };
}

async function trainIn(page: Page, rows: number, rounds: number): Promise<string> {
  await page.locator('select[name=rows]').selectOption(String(rows));
  await page.locator('select[name=rounds]').selectOption(String(rounds));
  await page.getByRole('button', { name: 'Train' }).click();
  await page.getByText(/^Trained in/).waitFor();
  return (await page.locator('dd').last().textContent()) ?? '';
}

function hashHere(rows: number, rounds: number): string {
  const { matrix, labels } = makeSpirals(rows, 7);
  const data = { binned: binMatrix(matrix), labels, ...splitRows(rows) };
  return hashOf(trainSync(data, params, { rounds }).booster.toUbj());
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** How many different colours a canvas shows. */
async function coloursOf(page: Page, id: string): Promise<number> {
  return page.evaluate(`(() => {
    const canvas = document.getElementById('${id}');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size;
  })()`);
}

describe('the page that trains', () => {
  it.each(['isolated', 'plain'])('gets the bytes that Node.js gets, with progress: %s', async (server) => {
    const { page, complaints } = await open(server);
    expect(await page.evaluate('crossOriginIsolated')).toBe(server === 'isolated');
    expect(await trainIn(page, 100_000, 20)).toBe(hashHere(100_000, 20));
    expect(await page.getByRole('progressbar').getAttribute('value')).toBe('1');
    expect(complaints).toEqual([]);

    // Threads come from the pool the second time; the model comes out of the page as a file.
    expect(await trainIn(page, 10_000, 20)).toBe(hashHere(10_000, 20));
    const downloading = page.waitForEvent('download');
    await page.getByRole('link', { name: /Download/ }).click();
    const path = await (await downloading).path();
    const booster = Booster.fromUbj(readFileSync(path));
    expect(booster.treeCount).toBe(20);
    const { matrix, labels } = makeSpirals(2000, 8);
    const margins = booster.predictMargin(matrix);
    const right = labels.filter((label, i) => label === (margins[i] > 0 ? 1 : 0)).length / 2000;
    expect(right).toBeGreaterThan(0.85);
    await page.context().close();
  });

  it.each(['isolated', 'plain'])('stops when asked and trains again: %s', async (server) => {
    const { page, complaints } = await open(server);
    await page.locator('select[name=rows]').selectOption('100000');
    await page.locator('select[name=rounds]').selectOption('300');
    await page.getByRole('button', { name: 'Train' }).click();
    await page.getByText(/^Round \d+ of 300/).waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Stopped.').waitFor({ timeout: 5000 });
    expect(await trainIn(page, 10_000, 20)).toBe(hashHere(10_000, 20));
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it.each(['isolated', 'plain'])(
    'trains, predicts and explains in calls of every kind: %s',
    async (server) => {
      const { page } = await open(server);
      const answer: unknown = await page.evaluate(`(async () => {
      const { binMatrix, trainSync } = await import('/packages/boost/src/index.ts');
      const { makeSpirals, params, splitRows } = await import('/spirals.ts');
      const { matrix, labels } = makeSpirals(40_000, 7);
      const data = { binned: binMatrix(matrix), labels, ...splitRows(40_000) };
      const { booster } = trainSync(data, params, { rounds: 20, threads: 4 });
      const hash = async (array) => {
        const digest = await crypto.subtle.digest('SHA-256', array.slice());
        return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
      };
      return [
        await hash(booster.toUbj()),
        await hash(booster.predictMargin(matrix, { threads: 4 })),
        await hash(await booster.predictMarginAsync(matrix, { threads: 4 })),
        await hash(booster.contributions(matrix)),
        await hash(await booster.contributionsAsync(matrix, { threads: 3 })),
      ];
    })()`);
      const { matrix, labels } = makeSpirals(40_000, 7);
      const data = { binned: binMatrix(matrix), labels, ...splitRows(40_000) };
      const { booster } = trainSync(data, params, { rounds: 20 });
      const [margins, contributions] = [booster.predictMargin(matrix), booster.contributions(matrix)].map(
        (array) => hashOf(new Uint8Array(array.buffer)),
      );
      expect(answer).toEqual([hashOf(booster.toUbj()), margins, margins, contributions, contributions]);
      await page.context().close();
    },
  );

  it.each([
    [1000, 'light'],
    [390, 'dark'],
  ] as const)('fits %i pixels and can be used by everyone, %s', async (width, scheme) => {
    const { page } = await open('isolated', width, scheme);
    await trainIn(page, 10_000, 20);
    await page.locator('#replay').fill('7');
    expect(await page.locator('#round').textContent()).toBe('7');
    // The picture has the colours of both classes, the curve those of the style sheet.
    for (const id of ['map', 'curve']) expect(await coloursOf(page, id)).toBeGreaterThan(20);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    await page.addScriptTag({ path: axe });
    const violations = await page.evaluate(
      'axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes[0].html))',
    );
    expect(violations).toEqual([]);
    if (process.env['SCREENSHOTS'] !== undefined) {
      await page.screenshot({ path: `${process.env['SCREENSHOTS']}/page-${width}.png`, fullPage: true });
    }
    await page.context().close();
  });
});

describe('the server', () => {
  it.each([
    '/%2e%2e/package.json',
    '/packages/boost/package.json',
    '/packages/learn/src/index.ts',
    '/packages/boost/src/none.ts',
    '/nothing',
  ])('does not serve %s', async (path) => {
    const answer = await fetch(new URL(path, servers.isolated.url));
    expect(answer.status).toBe(404);
  });
});
