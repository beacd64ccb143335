/** Columns of the terminal; where output goes to a file, more than a terminal has. */
export function terminalWidth(): number {
  return process.stdout.columns ?? 120;
}
