import type { Likeness } from '../like/likeness.js';
import type { Answered } from '../like/occasions.js';
import type { ProviderRequest } from '../requests/requests.js';
import type { Status } from '../requests/statuses.js';
import type { Refusal } from './answers.js';
import type { Call, Endpoint } from './endpoint.js';

/** What an endpoint answered, to find the same occasion in the file of a probe. */
export function answeredBy<R extends ProviderRequest>(
  endpoint: Endpoint<R>,
  { request, params, query, body }: Call<R>,
  before: Status | undefined,
  refusal?: Refusal,
): Answered {
  return {
    endpoint: endpoint.name,
    refused: refusal !== undefined,
    words: wordsOf(refusal),
    before,
    after: request?.status,
    params,
    query,
    body,
  };
}

function wordsOf(refusal: Refusal | undefined): string {
  return typeof refusal?.words === 'string' ? refusal.words : '';
}

/** The response in the shape of the provider to be like, if there is one and it has answered on such an occasion. */
export async function likened(
  likeness: Likeness | undefined,
  answered: Answered,
  response: Response,
): Promise<Response> {
  if (likeness === undefined) return response;
  if (response.headers.get('content-type')?.startsWith('application/json') !== true) {
    const type = answered.refused ? undefined : likeness.mediaType(answered);
    if (type !== undefined) response.headers.set('content-type', type);
    return response;
  }
  const given = likeness.answer(answered, await response.clone().json());
  if (given === undefined) return response;
  const { status, headers, body } = given;
  // Bytes, because a text would get a content type.
  return new Response(body === undefined || status === 204 ? null : Buffer.from(body), { status, headers });
}
