import type { ErrorReply } from './wire.ts';

/** The service has refused a request, or could not be asked. */
export class ServiceError extends Error {
  /** Stable, for programs: the service's own, or `UNREACHABLE`, `TIMEOUT` or `UNREADABLE_REPLY`. */
  readonly code: string;
  /** HTTP status; 0 where there was no reply. */
  readonly status: number;
  /** Where the first problem is, such as `features.tenure`. */
  readonly field: string | undefined;
  readonly expected: string | undefined;
  readonly got: string | undefined;
  readonly requestId: string | undefined;

  constructor(
    status: number,
    error: Omit<ErrorReply['error'], 'requestId' | 'problems'> & { readonly requestId?: string },
    options?: ErrorOptions,
  ) {
    super(error.message, options);
    this.name = 'ServiceError';
    this.code = error.code;
    this.status = status;
    this.field = error.field;
    this.expected = error.expected;
    this.got = error.got;
    this.requestId = error.requestId;
  }
}
