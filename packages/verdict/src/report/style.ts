import { chartColours } from './chart-figure.ts';

/**
 * The report's style sheet. Light and dark are one set of variables; the reader's choice (radio buttons in the
 * header) wins over the system's.
 */
export function styleSheet(): string {
  return `
:root {
  color-scheme: light dark;
  --surface: light-dark(#ffffff, #151a21);
  --page: light-dark(#f6f7f9, #0e1217);
  --line: light-dark(#e0e4ea, #2b333d);
  --text: light-dark(#1b2430, #e9edf2);
  --muted: light-dark(#505b69, #a7b2c0);
  --accent: light-dark(#005a8e, #6fc0ee);
  --accent-soft: light-dark(#e8f2f9, #16293a);
  --warn: light-dark(#8a3c00, #f5a56b);
  --warn-soft: light-dark(#fdf1e7, #30200f);
  --good: light-dark(#00694c, #55d3aa);
  ${chartColours()}
}
:root:has(#theme-light:checked) { color-scheme: light; }
:root:has(#theme-dark:checked) { color-scheme: dark; }
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body {
  margin: 0;
  background: var(--page);
  color: var(--text);
  font: 16px/1.6 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif;
  overflow-wrap: break-word;
}
.wrap { max-width: 1120px; margin: 0 auto; padding: 0 20px; }
a { color: var(--accent); text-underline-offset: 3px; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
.skip { position: absolute; left: -999px; top: 0; background: var(--surface); padding: 8px 14px; z-index: 2; }
.skip:focus { left: 12px; top: 12px; }
h1, h2, h3 { line-height: 1.25; text-wrap: balance; margin: 0; }
h1 { font-size: clamp(1.6rem, 4.2vw, 2.35rem); letter-spacing: -0.02em; font-weight: 680; }
h2 { font-size: 1.42rem; letter-spacing: -0.01em; font-weight: 650; }
h3 { font-size: 1.05rem; font-weight: 650; }
p { margin: 0.6em 0; max-width: 72ch; }
.name { overflow-wrap: anywhere; font-weight: inherit; }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; font-size: 0.875em; }
pre {
  background: var(--page); border: 1px solid var(--line); border-radius: 8px;
  padding: 12px 16px; margin: 0.8em 0; white-space: pre-wrap; overflow-wrap: anywhere;
}
header.wrap { padding-top: 26px; padding-bottom: 6px; }
.bar { display: flex; justify-content: space-between; align-items: center; gap: 16px; flex-wrap: wrap; margin-bottom: 34px; }
.brand { font-weight: 700; letter-spacing: 0.02em; color: var(--muted); }
.theme { border: 1px solid var(--line); border-radius: 999px; padding: 2px; margin: 0; display: flex; font-size: 0.82rem; background: var(--surface); }
.theme legend { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.theme input { position: absolute; opacity: 0; width: 1px; height: 1px; }
.theme label { padding: 3px 12px; border-radius: 999px; color: var(--muted); cursor: pointer; }
.theme input:checked + label { background: var(--accent-soft); color: var(--text); }
.theme input:focus-visible + label { outline: 3px solid var(--accent); }
.lead { font-size: clamp(1.08rem, 2.2vw, 1.28rem); line-height: 1.55; margin-top: 20px; max-width: 64ch; }
.lead strong { font-weight: 680; }
.note { color: var(--muted); font-size: 0.94rem; }
.contents { margin: 26px 0 0; padding: 12px 0; border-top: 1px solid var(--line); border-bottom: 1px solid var(--line); }
.contents ul { list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: 4px 22px; font-size: 0.92rem; }
.contents a { text-decoration: none; display: inline-block; padding: 2px 0; }
.contents a:hover { text-decoration: underline; }
main > section { background: var(--surface); border: 1px solid var(--line); border-radius: 14px; padding: clamp(20px, 3.4vw, 38px); margin: 24px 0; }
main > section > h2 + p { margin-top: 8px; }
section h3 { margin: 30px 0 6px; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(200px, 1fr)); gap: 14px; margin: 20px 0 0; padding: 0; list-style: none; }
.card { border: 1px solid var(--line); border-radius: 12px; padding: 16px 18px 14px; }
.card .label { color: var(--muted); font-size: 0.86rem; font-weight: 600; }
.card .value { font-size: 1.95rem; font-weight: 680; letter-spacing: -0.02em; line-height: 1.25; font-variant-numeric: tabular-nums; display: block; }
.card .undefined { font-size: 1.1rem; color: var(--muted); }
.card .interval, .card .beside { display: block; color: var(--muted); font-size: 0.86rem; font-variant-numeric: tabular-nums; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); gap: 34px 40px; margin-top: 24px; align-items: start; }
.chart { margin: 0; min-width: 0; }
.chart figcaption strong { display: block; font-weight: 650; line-height: 1.35; }
.chart figcaption span { display: block; color: var(--muted); font-size: 0.88rem; line-height: 1.45; margin-top: 3px; }
.chart svg { display: block; width: 100%; height: auto; max-width: 500px; margin: 12px 0 0; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); gap: 26px 40px; margin-top: 20px; align-items: start; }
.pair > * { min-width: 0; }
.thousand { list-style: none; padding: 0; margin: 16px 0 0; display: grid; gap: 10px; }
.thousand li { display: grid; grid-template-columns: 5.2ch 1fr; gap: 14px; align-items: baseline; border-top: 1px solid var(--line); padding-top: 10px; }
.thousand b { font-size: 1.35rem; font-variant-numeric: tabular-nums; text-align: right; font-weight: 680; }
.table { overflow-x: auto; margin: 16px 0 0; }
.table:focus-visible { outline-offset: 4px; }
table { border-collapse: collapse; width: 100%; font-size: 0.92rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--muted); padding: 0 0 8px; font-size: 0.88rem; }
th, td { text-align: left; padding: 7px 14px 7px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
thead th { color: var(--muted); font-weight: 600; font-size: 0.84rem; white-space: nowrap; }
tbody th { font-weight: 600; }
td.number, th.number { text-align: right; white-space: nowrap; }
td.number:last-child, th.number:last-child { padding-right: 2px; }
/* Wide enough that a narrow screen scrolls the table rather than stacking words. */
.params { display: block; min-width: 44ch; font-size: 0.94em; }
.better { color: var(--good); font-weight: 650; }
.findings { list-style: none; padding: 0; margin: 14px 0 0; display: grid; gap: 8px; }
.findings li { border-left: 4px solid var(--line); padding: 6px 14px; background: var(--page); border-radius: 0 8px 8px 0; font-size: 0.94rem; }
.findings .warning { border-color: var(--warn); background: var(--warn-soft); }
.findings .kind { font-weight: 650; }
.findings .warning .kind { color: var(--warn); }
section ul:not([class]) { margin: 0.6em 0; padding-left: 1.2em; max-width: 72ch; }
.findings .raises { border-color: var(--chart-secondary); }
.findings .lowers { border-color: var(--chart-primary); }
.beneath { display: block; font-weight: 400; color: var(--muted); font-size: 0.86rem; }
.subgroup { display: block; min-width: 170px; }
.balance { display: flex; height: 14px; border-radius: 7px; overflow: hidden; margin: 18px 0 6px; background: var(--line); gap: 2px; }
.balance svg { width: 100%; height: 100%; display: block; }
.tag { display: inline-block; font-size: 0.78rem; font-weight: 600; border-radius: 999px; padding: 0 9px; background: var(--warn-soft); color: var(--warn); white-space: nowrap; }
details { margin-top: 18px; }
summary { cursor: pointer; font-weight: 600; color: var(--accent); padding: 4px 0; }
dl { display: grid; grid-template-columns: minmax(120px, max-content) 1fr; gap: 7px 22px; margin: 14px 0 0; font-size: 0.94rem; }
dt { color: var(--muted); }
dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }
.glossary dt { color: var(--text); font-weight: 600; }
footer { color: var(--muted); font-size: 0.88rem; padding: 8px 0 48px; }
@media (max-width: 560px) {
  .wrap { padding: 0 14px; }
  main > section { border-radius: 12px; margin: 16px 0; }
  .cards { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 10px; }
  .card { padding: 12px 13px 11px; }
  .card .value { font-size: 1.5rem; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: 10px; }
  th, td { padding-right: 10px; }
}
@media print {
  :root, :root:has(#theme-dark:checked) { color-scheme: light; }
  @page { margin: 16mm 14mm; }
  body { background: none; font-size: 10.5pt; }
  .wrap { max-width: none; padding: 0; }
  .theme, .contents, .skip { display: none; }
  header.wrap { padding-top: 0; }
  .bar { margin-bottom: 16px; }
  main > section { border: 0; border-top: 1px solid var(--line); border-radius: 0; padding: 14px 0; margin: 0; background: none; }
  .chart, .card, tr, li, pre { break-inside: avoid; }
  h2, h3, h2 + p, figcaption, caption { break-after: avoid; break-inside: avoid; }
  .charts, .pair { grid-template-columns: 1fr 1fr; gap: 20px 28px; }
  .cards { grid-template-columns: repeat(4, 1fr); }
  .table { overflow: visible; }
  a { color: inherit; text-decoration: none; }
  details::details-content { content-visibility: visible; block-size: auto; }
}
`.trim();
}
