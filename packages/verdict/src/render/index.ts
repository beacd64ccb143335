export { renderPng } from './png.ts';
export type { PngOptions } from './png.ts';
export { renderSvg } from './svg.ts';
