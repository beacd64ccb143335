import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderReport } from '../src/report/index.ts';
import { importedReport, sampleReport, sampleSearch } from './sample-report.ts';

const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const hostile = '</script><img src=x onerror="window.broken=1">';

let browser: Browser;
let folder: string;

beforeAll(async () => {
  if (!existsSync(executablePath)) {
    throw new Error(
      `There is no Chromium at ${executablePath}. Install it (Debian: apt-get install chromium) or set CHROMIUM_PATH.`,
    );
  }
  folder = await mkdtemp(join(tmpdir(), 'report-'));
  await writeFile(join(folder, 'plain.html'), await renderReport(sampleReport()));
  await writeFile(
    join(folder, 'tuned.html'),
    await renderReport({ ...sampleReport(), search: sampleSearch(1, (i) => `${hostile}${i}`) }),
  );
  await writeFile(join(folder, 'imported.html'), await renderReport(importedReport(`${hostile}.json`)));
  const names = [
    '</script><img src=x onerror="window.broken=1">',
    '漢字の列',
    'عمود بالعربية',
    `${'very_long_'.repeat(60)}end`,
  ];
  await writeFile(
    join(folder, 'hostile.html'),
    await renderReport({
      ...sampleReport(2, {
        target: hostile,
        positive: hostile,
        negative: 'x'.repeat(400),
        column: (i) => `${names[i % 4]}${i}`,
      }),
      title: hostile,
    }),
  );
  browser = await chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
});

afterAll(async () => {
  await browser?.close();
  if (folder !== undefined) await rm(folder, { recursive: true });
});

/** Opens a report and collects what it says to the console and asks of the network. */
async function open(
  name: string,
  width: number,
  colorScheme: 'light' | 'dark',
  unfold = true,
): Promise<{ page: Page; complaints: string[]; requests: string[] }> {
  const context = await browser.newContext({ viewport: { width, height: 844 }, colorScheme });
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => requests.push(request.url()));
  const url = pathToFileURL(join(folder, name)).href;
  await page.goto(url);
  if (unfold)
    await page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })");
  return { page, complaints, requests: requests.filter((request) => request !== url) };
}

interface Violation {
  id: string;
  nodes: { html: string; failureSummary?: string }[];
}

/** What axe finds, and how many checks have passed. */
async function check(page: Page): Promise<{ violations: Violation[]; passes: number }> {
  await page.evaluate(await readFile(axe, 'utf8'));
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: Violation[]; passes: unknown[] }> };
    };
    const { violations, passes } = await axe.run();
    return {
      violations: violations.map(({ id, nodes }) => ({
        id,
        nodes: nodes
          .slice(0, 3)
          .map(({ html, failureSummary }) => ({ html, failureSummary: failureSummary ?? '' })),
      })),
      passes: passes.length,
    };
  });
}

describe('the report in Chromium', () => {
  it.each([
    ['plain.html', 1280, 'light'],
    ['plain.html', 1280, 'dark'],
    ['plain.html', 390, 'light'],
    ['plain.html', 390, 'dark'],
    ['hostile.html', 1280, 'light'],
    ['hostile.html', 390, 'dark'],
    ['imported.html', 390, 'light'],
    ['tuned.html', 1280, 'dark'],
    ['tuned.html', 390, 'light'],
  ] as const)(
    '%s at %i px, %s: no error, no request, accessible, no sideways scrolling',
    async (name, width, scheme) => {
      const { page, complaints, requests } = await open(name, width, scheme);
      const { violations, passes } = await check(page);
      expect(violations).toEqual([]);
      expect(passes).toBeGreaterThan(20);
      expect(complaints).toEqual([]);
      expect(requests).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      expect(await page.evaluate(() => 'broken' in globalThis)).toBe(false);
      expect(await page.locator('img, script').count()).toBe(0);
      await page.context().close();
    },
  );

  it('follows the reader’s choice of colours before the system’s', async () => {
    const { page } = await open('plain.html', 1280, 'light');
    const surface = async (): Promise<unknown> =>
      page.evaluate("getComputedStyle(document.querySelector('#figures')).backgroundColor");
    const curve = async (): Promise<unknown> =>
      page.evaluate(
        `getComputedStyle(document.querySelector('#chart-roc path[stroke="var(--chart-primary)"]')).stroke`,
      );
    expect([await surface(), await curve()]).toEqual(['rgb(255, 255, 255)', 'rgb(0, 114, 178)']);
    await page.getByText('Dark', { exact: true }).click();
    expect([await surface(), await curve()]).toEqual(['rgb(21, 26, 33)', 'rgb(86, 180, 233)']);
    await page.getByText('Auto', { exact: true }).click();
    expect(await surface()).toBe('rgb(255, 255, 255)');
    await page.context().close();
  });

  it('prints on paper in light colours with everything unfolded', async () => {
    const { page } = await open('plain.html', 1280, 'dark', false);
    const unfolded = (): Promise<unknown> =>
      page.evaluate(
        "document.querySelector('#figures details table').checkVisibility({ contentVisibilityAuto: true })",
      );
    expect(await unfolded()).toBe(false);
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await page.evaluate('getComputedStyle(document.body).color')).toBe('rgb(27, 36, 48)');
    expect(await page.locator('.contents').isVisible()).toBe(false);
    expect(await unfolded()).toBe(true);
    const pdf = await page.pdf({ format: 'A4' });
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    await page.context().close();
  });
});
