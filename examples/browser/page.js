// Trains in the page: progress while it goes on, a map and a curve, and a model that XGBoost loads.
import { binMatrixAsync, train } from '@verdict/boost';
import { drawCurve, drawMap } from './picture.js';
import { makeSpirals, params, splitRows } from './spirals.ts';

const find = (id) => document.getElementById(id);
const [settings, status, progress, replay] = ['settings', 'status', 'progress', 'replay'].map(find);
let points = makeSpirals(10_000, 7);
let booster;
let controller;

find('isolation').textContent = crossOriginIsolated
  ? 'This page is cross-origin isolated: threads share memory.'
  : 'This page is not cross-origin isolated, so memory cannot be shared: one thread trains, beside the page.';
const most = crossOriginIsolated ? navigator.hardwareConcurrency : 1;
for (let threads = most; threads >= 1; threads--) settings.elements.threads.add(new Option(threads, threads));
let drawn = { rounds: 100, history: { training: [], validation: [] } };
draw();
addEventListener('resize', draw);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);

settings.addEventListener('submit', async (event) => {
  event.preventDefault();
  const { rows, rounds, threads } = Object.fromEntries(
    [...new FormData(settings)].map(([name, value]) => [name, Number(value)]),
  );
  setRunning(true);
  try {
    await run(rows, rounds, threads);
  } catch (error) {
    status.textContent = error.name === 'Interrupted' ? 'Stopped.' : error.message;
  } finally {
    setRunning(false);
  }
});
find('stop').addEventListener('click', () => controller?.abort());
replay.addEventListener('input', showRounds);

function draw() {
  drawMap(find('map'), points, booster?.slice(0, Number(replay.value)));
  drawCurve(find('curve'), drawn.rounds, drawn.history);
}

async function run(rows, rounds, threads) {
  status.textContent = 'Making points …';
  await new Promise((resolve) => setTimeout(resolve));
  points = makeSpirals(rows, 7);
  booster = undefined;
  const history = { training: [], validation: [] };
  drawn = { rounds, history };
  draw();
  const start = performance.now();
  controller = new AbortController();
  const { signal } = controller;
  const binned = await binMatrixAsync(points.matrix, { signal });
  const binning = performance.now() - start;
  const result = await train({ binned, labels: points.labels, ...splitRows(rows) }, params, {
    rounds,
    threads,
    evaluateTraining: true,
    signal,
    onRound({ round, training, validation }) {
      history.training.push(training);
      history.validation.push(validation);
      progress.value = (round + 1) / rounds;
      status.textContent = `Round ${round + 1} of ${rounds}`;
      drawCurve(find('curve'), rounds, history);
    },
  });
  const seconds = (performance.now() - start) / 1000;
  booster = result.booster;
  const bytes = booster.toUbj();
  const predicting = performance.now();
  await booster.predictMarginAsync(points.matrix, { threads });
  const predicted = (performance.now() - predicting) / 1000;
  status.textContent = `Trained in ${seconds.toFixed(2)} s.`;
  await showFigures({
    Binning: `${binning.toFixed(0)} ms`,
    'Rounds a second': (rounds / (seconds - binning / 1000)).toFixed(0),
    'Predictions a second': Math.round(rows / predicted).toLocaleString('en'),
    'Held-out log loss': history.validation.at(-1).toFixed(4),
    Model: `${bytes.length.toLocaleString('en')} bytes`,
    'SHA-256': await hashOf(bytes),
  });
  const download = find('download');
  URL.revokeObjectURL(download.href);
  download.href = URL.createObjectURL(new Blob([bytes]));
  download.hidden = false;
  replay.max = booster.treeCount;
  replay.value = booster.treeCount;
  showRounds();
}

function showRounds() {
  find('round').value = replay.value;
  draw();
}

function showFigures(figures) {
  find('figures').replaceChildren(
    ...Object.entries(figures).flatMap(([name, value]) => {
      const [term, text] = [document.createElement('dt'), document.createElement('dd')];
      term.textContent = name;
      text.textContent = value;
      return [term, text];
    }),
  );
}

/** Equal to what Node.js gets from the same points. */
async function hashOf(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function setRunning(running) {
  find('train').disabled = running;
  find('stop').disabled = !running;
  replay.disabled = running || booster === undefined;
  if (running) progress.value = 0;
}
