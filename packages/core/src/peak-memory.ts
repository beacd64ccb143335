import { readFileSync } from 'node:fs';

/**
 * The most memory that this process has had, in bytes. What `process.resourceUsage` says begins on Linux with what the
 * process had that started this one, so the kernel's own count is read where there is one.
 *
 * @param status the file in which Linux says it; other systems and some sandboxes have none
 */
export function peakMemory(status = '/proc/self/status'): number {
  return kernelsPeak(status) ?? process.resourceUsage().maxRSS * 1024;
}

function kernelsPeak(status: string): number | undefined {
  let text: string;
  try {
    text = readFileSync(status, 'utf8');
  } catch {
    return undefined;
  }
  const [, kilobytes] = /^VmHWM:\s*(\d+) kB$/m.exec(text) ?? [];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}
