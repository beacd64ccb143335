export { makeCharts, writePlots } from './plots.ts';
export type { PlotsInput, PlotsOptions } from './plots.ts';
export { renderPng } from './png.ts';
export type { PngOptions } from './png.ts';
export { renderSvg } from './svg.ts';
