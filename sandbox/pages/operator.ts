import { html } from 'hono/html';
import type { Provider } from '../provider.js';
import { missingFields, validationApproves } from '../registration-authority/completeness.js';
import type { Enrolment } from '../registration-authority/enrolment.js';
import { canOperate, type OperatorAct } from '../registration-authority/operator.js';
import { personWords } from '../requests/person.js';
import { actForm, type Decision, decisionsPage, requestCard } from './decisions.js';
import { badge, type Html } from './layout.js';

const WORDS = {
  title: 'Operator',
  path: '/operator',
  heading: 'Certified Operator',
  lead:
    "The provider's own staff looks at the video. Validating approves the request of a natural person. Any other request goes " +
    'back to the registration authority, and no callback says so.',
  empty: 'No enrolment yet.',
};

const DECISIONS: (Decision & { act: OperatorAct })[] = [
  { act: 'validate', words: 'Validate', tone: 'main' },
  { act: 'refuse', words: 'Refuse', tone: 'bad', reason: 'Document not readable' },
  { act: 'approve', words: 'Approve for the authority', tone: 'main' },
  { act: 'cancel', words: 'Cancel' },
];

/** The page where the provider's Certified Operator decides about videos, and the authority's own staff decides without the API. */
export function operatorPage(provider: Provider, problem?: string): Html {
  return decisionsPage(
    WORDS,
    provider.parts.requests.enrolments(),
    (request) => enrolmentCard(provider, request),
    problem,
  );
}

function enrolmentCard(provider: Provider, request: Enrolment): Html {
  const possible = DECISIONS.filter(({ act }) => canOperate(provider, request, act));
  return requestCard(
    request,
    standing(provider, request),
    possible.map((decision) => actForm(`/operator/${request.pk}`, decision)),
  );
}

/** What the video showed, and which status follows from validating it or which data is missing. */
function standing(provider: Provider, request: Enrolment): Html {
  const { fields } = request;
  if (request.status === 'VIDEOREVIEW') {
    const leads = validationApproves(request, provider.behaviourOf(request)) ? 'ENROLLREADY' : 'CREATED';
    return html`<p>On the video: ${personWords(fields)}. Validating leads to ${badge(leads)}</p>`;
  }
  if (request.status !== 'CREATED') return html``;
  const missing = missingFields(request);
  return missing.length === 0
    ? html`<p>All fields are there.</p>`
    : html`<p>Missing: ${missing.map((field) => html`<code>${field}</code> `)}</p>`;
}
