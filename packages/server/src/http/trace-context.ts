import { randomBytes } from 'node:crypto';

/** Where a request stands in a trace (W3C Trace Context, level 1). */
export interface TraceContext {
  readonly traceId: string;
  /** The caller's span. */
  readonly parentId: string;
  /** This server's span. */
  readonly spanId: string;
  readonly flags: string;
}

const format =
  /^(?<version>[0-9a-f]{2})-(?<trace>[0-9a-f]{32})-(?<parent>[0-9a-f]{16})-(?<flags>[0-9a-f]{2})(?<rest>-.*)?$/;

/** Reads `traceparent`; undefined if there is none, or if the standard says to ignore it. */
export function traceOf(header: string | string[] | undefined): TraceContext | undefined {
  if (typeof header !== 'string' || header.length > 512) return undefined;
  const parts = format.exec(header.trim())?.groups;
  if (parts === undefined || parts.version === 'ff') return undefined;
  if (parts.version === '00' && parts.rest !== undefined) return undefined;
  if (/^0+$/.test(parts.trace) || /^0+$/.test(parts.parent)) return undefined;
  return {
    traceId: parts.trace,
    parentId: parts.parent,
    spanId: randomBytes(8).toString('hex'),
    flags: parts.flags,
  };
}

/** The header of the reply: which span of the trace answered. */
export function traceResponse({ traceId, spanId, flags }: TraceContext): string {
  return `00-${traceId}-${spanId}-${flags}`;
}
