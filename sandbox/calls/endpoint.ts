import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { Refusal, type Answer } from './answers.js';
import type { FaultName } from '../faults/kinds.js';
import type { Fault } from '../faults/faults.js';
import type { Provider } from '../provider.js';
import type { ProviderRequest, SignatureRequest } from '../requests/requests.js';
import type { Behaviour } from '../settings/settings.js';

/** A file in a multipart body that is kept in memory. */
export interface UploadedFile {
  /** The name of the part. */
  key: string;
  filename: string;
  contentType: string;
  bytes: Buffer;
}

/** A body, as the pipeline reads it. */
export interface Body {
  fields: Record<string, unknown>;
  files: readonly UploadedFile[];
  /** Why it cannot be used. */
  problem?: Refusal;
}

/** A call's body as it comes in, with its headers. */
export type Incoming = Readable & Pick<IncomingMessage, 'headers' | 'url'>;

/** One call of one endpoint. */
export interface Call<R extends ProviderRequest = SignatureRequest> {
  provider: Provider;
  /** How the provider treats the call's registration authority. */
  behaviour: Behaviour;
  params: Record<string, string>;
  query: Record<string, string>;
  /** The fields of the body. Empty if the endpoint takes none. */
  body: Record<string, unknown>;
  files: readonly UploadedFile[];
  /** For multipart bodies, read as a stream. */
  incoming: Incoming;
  /** The request that the path names. An endpoint that makes a request sets it. */
  request: R | undefined;
  /** A fault of moment `work` that applies to this call. */
  fault(name: FaultName): Fault | undefined;
}

/** One endpoint of an API. Its path is below that of the API. */
export interface Endpoint<R extends ProviderRequest = SignatureRequest> {
  /** Name in counters and faults. */
  name: string;
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  path: string;
  /** The One-Shot endpoint itself reads `multipart`, as a stream. `form` may be JSON, see the settings. */
  body: 'none' | 'json' | 'form' | 'multipart';
  work(call: Call<R>): Answer | Promise<Answer>;
}

/** Where the two APIs differ before and after the work of an endpoint. */
export interface Api<R extends ProviderRequest> {
  /** The request that the path names. */
  named(provider: Provider, params: Record<string, string | undefined>): R | undefined;
  read(endpoint: Endpoint<R>, incoming: IncomingMessage, behaviour: Behaviour): Promise<Body>;
  refusal(refusal: Refusal, behaviour: Behaviour): { status: number; body: unknown };
  /** The body of a failure that is not a refusal. */
  failure(status: number, words: string): unknown;
}

/** The request named in the path. @throws Refusal 404 in the words of that endpoint */
export function requestOf(call: Call, words: (pk: string) => string): SignatureRequest {
  const named = call.params['request_pk'] ?? call.params['videoid_pk'] ?? '';
  if (call.request === undefined) throw new Refusal(404, words(named));
  return call.request;
}

/** Fields that must exist and not be blank. @throws Refusal in the given words */
export function required(call: Call, fields: readonly string[], words: string, status = 400): void {
  const missing = fields.filter((field) => {
    const value = call.body[field];
    return value === undefined || value === null || value === '';
  });
  if (missing.length > 0) throw new Refusal(status, words, missing);
}
