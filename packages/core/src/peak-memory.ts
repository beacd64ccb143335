import { readFileSync } from 'node:fs';

/**
 * The most memory that this process has had, in bytes. What `process.resourceUsage` says begins on Linux with what the
 * process had that started this one, so the kernel's own count is read where there is one.
 */
export function peakMemory(): number {
  return kernelsPeak() ?? process.resourceUsage().maxRSS * 1024;
}

function kernelsPeak(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const [, kilobytes] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    // A sandbox may hide the file.
    return undefined;
  }
}
