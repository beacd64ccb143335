/** One closed circle as ECharts writes it: start at the right, two arcs. */
const circle =
  /M(-?[\d.]+) (-?[\d.]+)A([\d.]+) [\d.]+ 0 1 1 -?[\d.]+ -?[\d.]+A[\d.]+ [\d.]+ 0 0 1 -?[\d.]+ -?[\d.]+/gu;
const path = /<path d="(M[^"]*)" fill="([^"]+)"(?: fill-opacity="([^"]+)")?([^>]*)>/gu;

/**
 * Rewrites paths that are nothing but circles of one size as strokes of no length with round ends, which look
 * the same and take a quarter of the letters.
 */
export function compactDots(svg: string): string {
  return svg.replace(
    path,
    (whole, shape: string, fill: string, opacity: string | undefined, rest: string) => {
      let radius: string | undefined;
      let same = true;
      let count = 0;
      const dots = shape.replace(circle, (_, right: string, y: string, size: string) => {
        radius ??= size;
        same &&= size === radius;
        count++;
        return `M${Number((Number(right) - Number(size)).toFixed(1))} ${Number(Number(y).toFixed(1))}h0`;
      });
      if (radius === undefined || !same || count < 2 || dots.includes('A')) return whole;
      const strength = opacity === undefined ? '' : ` stroke-opacity="${opacity}"`;
      return `<path d="${dots}" fill="none" stroke="${fill}"${strength} stroke-width="${2 * Number(radius)}" stroke-linecap="round"${rest}>`;
    },
  );
}
