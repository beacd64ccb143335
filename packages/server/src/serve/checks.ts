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
