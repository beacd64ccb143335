import { styleText } from 'node:util';

type Format = Parameters<typeof styleText>[0];

/** True when colour may be written to the stream: a terminal, and `NO_COLOR` is not set. */
function mayColour(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb';
}

/** Colours for one stream; plain text where colour does not belong. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  warn(text: string): string;
  bad(text: string): string;
}

export function styleFor(stream: NodeJS.WriteStream): Style {
  const on = mayColour(stream);
  const paint =
    (format: Format) =>
    (text: string): string =>
      on ? styleText(format, text, { validateStream: false }) : text;
  return {
    bold: paint('bold'),
    dim: paint('dim'),
    good: paint('green'),
    warn: paint('yellow'),
    bad: paint('red'),
  };
}
