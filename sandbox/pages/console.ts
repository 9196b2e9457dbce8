import { html } from 'hono/html';
import type { Provider } from '../provider.js';
import { personWords } from '../requests/person.js';
import type { SignatureRequest } from '../requests/requests.js';
import { isAfterVideo } from '../requests/signer-identity.js';
import type { Cause } from '../requests/statuses.js';
import { isPossible } from '../requests/transitions.js';
import { actForm, type Decision, decisionsPage, requestCard } from './decisions.js';
import type { Html } from './layout.js';

const WORDS = {
  title: 'Console',
  path: '/console',
  heading: 'Operator console',
  lead: "The provider's own screen. The requester learns of a decision only by a callback or by reading the request.",
  empty: 'No request yet.',
};

const DECISIONS: (Decision & { cause: Cause })[] = [
  { cause: 'approved', act: 'approve', words: 'Approve', tone: 'main' },
  { cause: 'refused', act: 'refuse', words: 'Refuse', tone: 'bad', reason: 'Expired document' },
  { cause: 'cancelled', act: 'cancel', words: 'Cancel' },
];

/** The provider's own console. There, an operator decides without the API. */
export function consolePage(provider: Provider, problem?: string): Html {
  return decisionsPage(WORDS, provider.parts.requests.list(), (request) => signatureCard(provider, request), problem);
}

function signatureCard(provider: Provider, request: SignatureRequest): Html {
  const possible = DECISIONS.filter(({ cause }) => isPossible(request, cause, provider.behaviourOf(request)));
  const { person } = request;
  const known =
    person !== undefined && isAfterVideo(request) ? html`<p>On the video: ${personWords(person)}</p>` : html``;
  return requestCard(
    request,
    known,
    possible.map((decision) => actForm(`/console/${request.pk}`, decision)),
  );
}
