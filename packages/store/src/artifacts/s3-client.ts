import { AwsClient } from 'aws4fetch';
import { InvalidOption, StoreUnavailable } from '@verdict/core';
import { sha256 } from './verified.ts';

/** How to reach a bucket; the names in the environment are those of Amazon's own tools. */
export interface S3Options {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly region: string;
  /** Address of an S3-compatible server, which gets the bucket in the path. Default: Amazon's, by region. */
  readonly endpoint?: string;
}

/**
 * Reads AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION (or AWS_DEFAULT_REGION;
 * default: us-east-1) and AWS_ENDPOINT_URL_S3 (or AWS_ENDPOINT_URL).
 *
 * @throws InvalidOption when the keys are missing
 */
export function s3OptionsFrom(env: Readonly<Record<string, string | undefined>>): S3Options {
  const accessKeyId = env.AWS_ACCESS_KEY_ID ?? '';
  const secretAccessKey = env.AWS_SECRET_ACCESS_KEY ?? '';
  if (accessKeyId === '' || secretAccessKey === '') {
    throw new InvalidOption({
      option: 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
      got: null,
      expected: 'the keys of the bucket',
      hint: 'Set both in the environment of Verdict, or keep artifacts in a folder.',
    });
  }
  const endpoint = env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL;
  return {
    accessKeyId,
    secretAccessKey,
    region: env.AWS_REGION || env.AWS_DEFAULT_REGION || 'us-east-1',
    ...(env.AWS_SESSION_TOKEN ? { sessionToken: env.AWS_SESSION_TOKEN } : {}),
    ...(endpoint ? { endpoint } : {}),
  };
}

/** A bucket's own few verbs, signed. */
export interface S3Client {
  /** Gives the answer to a status of `expected`. @throws StoreUnavailable on any other */
  request(
    method: 'DELETE' | 'GET' | 'HEAD' | 'PUT',
    key: string,
    options: {
      readonly expected: readonly number[];
      readonly query?: Readonly<Record<string, string>>;
      readonly body?: Uint8Array;
      readonly headers?: Readonly<Record<string, string>>;
    },
  ): Promise<Response>;
  /** As the header of a copy names an object. */
  pathOf(key: string): string;
}

/** How long one request may take, milliseconds. */
const timeout = 120_000;

export function s3Client(bucket: string, options: S3Options): S3Client {
  const client = new AwsClient({
    accessKeyId: options.accessKeyId,
    secretAccessKey: options.secretAccessKey,
    service: 's3',
    region: options.region,
    // Six tries, the last about two seconds after the first.
    retries: 5,
    ...(options.sessionToken === undefined ? {} : { sessionToken: options.sessionToken }),
  });
  const base =
    options.endpoint === undefined
      ? `https://${bucket}.s3.${options.region}.amazonaws.com`
      : `${options.endpoint.replace(/\/+$/, '')}/${bucket}`;
  return {
    async request(method, key, { expected, query = {}, body, headers = {} }) {
      const search = new URLSearchParams(query).toString();
      const url = `${base}/${key}${search === '' ? '' : `?${search}`}`;
      let response: Response;
      try {
        response = await client.fetch(url, {
          method,
          // Signed with the request: the server refuses bytes that changed on the way.
          headers: { ...headers, 'x-amz-content-sha256': sha256(body ?? new Uint8Array()) },
          signal: AbortSignal.timeout(timeout),
          ...(body === undefined ? {} : { body: body as Uint8Array<ArrayBuffer> }),
        });
      } catch (error) {
        throw unreachable(bucket, error);
      }
      if (expected.includes(response.status)) return response;
      throw refused(bucket, method, response.status, await response.text());
    },
    pathOf: (key) => `/${bucket}/${key}`,
  };
}

function unreachable(bucket: string, error: unknown): StoreUnavailable {
  const { message, cause } = error as Error;
  const detail = cause instanceof Error ? cause.message || message : message;
  return new StoreUnavailable({
    reason: 'connection',
    problem: `The bucket ${bucket} cannot be reached: ${detail}.`,
    hint: 'Check AWS_ENDPOINT_URL_S3, AWS_REGION and the network, then try again.',
    cause: error,
  });
}

function refused(bucket: string, method: string, status: number, text: string): StoreUnavailable {
  const code = /<Code>([^<]{1,100})<\/Code>/.exec(text)?.[1] ?? `status ${status}`;
  return new StoreUnavailable({
    reason: status === 507 ? 'full' : 'io',
    problem: `The bucket ${bucket} refuses ${method}: ${code}.`,
    hint:
      status === 403
        ? 'Check the keys and what they may do: read, write, list and delete objects.'
        : 'Check that the bucket exists and works, then try again.',
  });
}
