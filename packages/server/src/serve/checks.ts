import { createSecureContext } from 'node:tls';
import { InvalidOption } from '@verdict/core';
import { isLoopbackName } from '../http/loopback.ts';
import type { KeyRing } from '../keys/key-ring.ts';

/**
 * A server that others can reach needs keys.
 * @throws InvalidOption
 */
export function requireKeysBeyondLoopback(host: string, keys: KeyRing): void {
  if (isLoopbackName(host) || keys.size > 0) return;
  throw new InvalidOption({
    option: '--host',
    got: host,
    expected: 'an address of this machine alone, such as 127.0.0.1, as long as there is no key',
    hint: 'Make a key (verdict keys create --name NAME), or give a file of keys (--key-file FILE).',
  });
}

/** @throws InvalidOption where one of the two files of TLS is missing */
export function requireTlsPair(cert: string | undefined, key: string | undefined): void {
  if ((cert === undefined) === (key === undefined)) return;
  const [option, other] = cert === undefined ? ['--tls-cert', '--tls-key'] : ['--tls-key', '--tls-cert'];
  throw new InvalidOption({ option, got: undefined, expected: `a file, since ${other} is given` });
}

/** @throws InvalidOption where certificate and key are not what TLS takes */
export function requireTlsFiles(
  certificate: { readonly cert: Buffer; readonly key: Buffer },
  file: string,
): void {
  try {
    createSecureContext(certificate);
  } catch (error) {
    throw new InvalidOption({
      option: '--tls-cert',
      got: file,
      expected: 'a certificate whose key is in --tls-key, both as PEM',
      hint: `OpenSSL says: ${(error as Error).message}.`,
    });
  }
}

/** @throws InvalidOption for what no browser sends as the origin of a page */
export function requireOrigins(origins: readonly string[]): void {
  for (const got of origins) {
    if (URL.canParse(got) && new URL(got).origin === got) continue;
    const expected = 'the origin of pages, such as https://app.example.com, without a path';
    throw new InvalidOption({ option: '--cors', got, expected });
  }
}

/** @throws InvalidOption unless it is an address of HTTP */
export function requireHttpUrl(option: string, got: string): void {
  if (URL.canParse(got) && /^https?:$/.test(new URL(got).protocol)) return;
  throw new InvalidOption({ option, got, expected: 'an address such as http://localhost:4318' });
}

/** The error of listening as one of an option, where it is one. */
export function listenProblem(error: unknown, host: string, port: number): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') {
    return new InvalidOption({
      option: '--port',
      got: port,
      expected: 'a port that is free',
      hint: 'Another program listens there: end it, or give another port. 0 takes one that is free.',
    });
  }
  if (code === 'EACCES') {
    return new InvalidOption({
      option: '--port',
      got: port,
      expected: 'a port that this user may listen at',
      hint: 'Ports below 1024 are for the administrator: give a higher one.',
    });
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return new InvalidOption({
      option: '--host',
      got: host,
      expected: 'an address of this machine',
      hint: '127.0.0.1 is for this machine alone; 0.0.0.0 takes all addresses that it has.',
    });
  }
  return error;
}
