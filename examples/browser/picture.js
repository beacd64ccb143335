// Draws the class that the model gives every place, the points, and the learning curve.
import { matrixOf } from './spirals.ts';

/** The square that is shown reaches from -EDGE to EDGE. */
const EDGE = 1.15;
/** Places across the square at which the model is asked. */
const PLACES = 160;

const first = [38, 110, 160];
const second = [214, 108, 38];

/** The matrix of all places of the map, row after row. */
const places = matrixOf(
  Float32Array.from({ length: PLACES * PLACES }, (_, i) => (((i % PLACES) + 0.5) / PLACES) * 2 * EDGE - EDGE),
  Float32Array.from(
    { length: PLACES * PLACES },
    (_, i) => EDGE - ((Math.floor(i / PLACES) + 0.5) / PLACES) * 2 * EDGE,
  ),
);

/** Colours the square by the booster's probabilities (nothing without a booster) and lays some points over it. */
export function drawMap(canvas, points, booster) {
  const { context, width, height } = prepare(canvas, 1);
  if (booster !== undefined) {
    const small = new OffscreenCanvas(PLACES, PLACES);
    const image = new ImageData(PLACES, PLACES);
    booster.predictProbability(places).forEach((probability, i) => {
      for (let c = 0; c < 3; c++) image.data[i * 4 + c] = first[c] + (second[c] - first[c]) * probability;
      image.data[i * 4 + 3] = 60 + 150 * Math.abs(2 * probability - 1);
    });
    small.getContext('2d').putImageData(image, 0, 0);
    context.drawImage(small, 0, 0, width, height);
  }
  const [x, y] = points.matrix.columns;
  const rim = colourOf(canvas, '--panel');
  context.lineWidth = 0.75;
  for (let i = 0; i < Math.min(1500, x.length); i++) {
    const [r, g, b] = points.labels[i] === 0 ? first : second;
    context.fillStyle = `rgb(${r} ${g} ${b} / 0.9)`;
    context.strokeStyle = rim;
    context.beginPath();
    context.arc(
      ((x[i] + EDGE) / (2 * EDGE)) * width,
      ((EDGE - y[i]) / (2 * EDGE)) * height,
      2.2,
      0,
      2 * Math.PI,
    );
    context.fill();
    context.stroke();
  }
}

/** Clears a canvas and makes it as fine as the screen; its sizes are given as a page counts them. */
function prepare(canvas, heightOfWidth) {
  const width = canvas.clientWidth;
  const height = Math.round(width * heightOfWidth);
  canvas.width = width * devicePixelRatio;
  canvas.height = height * devicePixelRatio;
  const context = canvas.getContext('2d');
  context.scale(devicePixelRatio, devicePixelRatio);
  return { context, width, height };
}

/** A colour of the style sheet as it is now, by day or by night. */
function colourOf(canvas, name) {
  canvas.style.color = `var(${name})`;
  return getComputedStyle(canvas).color;
}

/** Two lines over rounds, on a scale from 0 to the greatest loss. */
export function drawCurve(canvas, rounds, history) {
  const { context, width, height } = prepare(canvas, 0.65);
  const [left, top, right, bottom] = [44, 10, width - 8, height - 30];
  const greatest = Math.max(0.1, ...history.training, ...history.validation);
  const scale = Math.ceil(greatest * 10) / 10;
  context.font = '14px system-ui, sans-serif';
  context.fillStyle = colourOf(canvas, '--faint');
  context.strokeStyle = colourOf(canvas, '--line');
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  for (let step = 0; step <= 2; step++) {
    const value = (scale * step) / 2;
    const at = bottom - ((bottom - top) * step) / 2;
    context.beginPath();
    context.moveTo(left, at);
    context.lineTo(right, at);
    context.stroke();
    context.fillText(value.toFixed(2), left - 8, at);
  }
  context.textBaseline = 'top';
  context.fillText(`${rounds} rounds`, right, bottom + 10);
  for (const name of ['training', 'validation']) {
    context.strokeStyle = colourOf(canvas, `--${name}`);
    context.lineWidth = 2;
    // The lines may lie on each other: through the upper one the lower one shows.
    context.setLineDash(name === 'validation' ? [6, 4] : []);
    context.beginPath();
    history[name].forEach((value, round) => {
      context.lineTo(
        left + ((right - left) * (round + 1)) / rounds,
        bottom - ((bottom - top) * Math.min(value, scale)) / scale,
      );
    });
    context.stroke();
  }
}
