import { html } from 'hono/html';
import { personWords } from '../requests/person.js';
import type { Provider } from '../provider.js';
import { missingFields, validationApproves } from '../registration-authority/completeness.js';
import type { Enrolment } from '../registration-authority/enrolment.js';
import { canOperate, OPERATOR_ACTS, type OperatorAct } from '../registration-authority/operator.js';
import { badge, clock, page, type Html } from './layout.js';

/** So many of the newest enrolments are shown. */
const SHOWN = 100;

const WORDS: Record<OperatorAct, string> = {
  validate: 'Validate',
  refuse: 'Refuse',
  approve: 'Approve for the authority',
  cancel: 'Cancel',
};

/** Where the provider's Certified Operator decides about videos, and what else happens past the API. */
export function operatorPage(provider: Provider, problem?: string): Html {
  const enrolments = provider.parts.requests.enrolments().slice(0, SHOWN);
  return page(
    'Operator',
    '/operator',
    html`<h1>Certified Operator</h1>
      <p class="lead">
        The provider's own staff looks at the video. A natural person's request is approved by that; another one goes
        back to the registration authority, which no callback says.
      </p>
      ${problem === undefined ? '' : html`<p class="card" role="alert">${problem}</p>`}
      <div data-live>
        ${enrolments.map((request) => enrolmentCard(provider, request))}
        ${enrolments.length === 0 ? html`<p class="empty">No enrolment yet.</p>` : ''}
      </div>`,
  );
}

function enrolmentCard(provider: Provider, request: Enrolment): Html {
  const acts = OPERATOR_ACTS.filter((act) => canOperate(provider, request, act));
  const last = request.history.at(-1);
  return html`<section class="card" aria-label="Enrolment ${request.pk}">
    <div class="row">
      <h3>Enrolment ${request.pk} ${badge(request.status)}</h3>
      <span class="soft">since ${clock(last?.at ?? request.createdAt)} UTC</span>
    </div>
    <p class="soft">
      Authority ${request.registrationAuthority} · ${request.profile} · card ${request.scratchcard} ·
      ${request.documents.length} document${request.documents.length === 1 ? '' : 's'}
      ${request.refusalReason === undefined ? '' : html` · refused: ${request.refusalReason}`}
    </p>
    ${standing(provider, request)}
    ${acts.length === 0 ? '' : html`<div class="actions">${acts.map((act) => actForm(request, act))}</div>`}
  </section>`;
}

/** What the video showed and where validating it leads, or what is still missing. */
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

/** A form per act, so that Enter in the reason does what stands beside it. */
function actForm(request: Enrolment, act: OperatorAct): Html {
  const tone = act === 'validate' || act === 'approve' ? 'main' : act === 'refuse' ? 'bad' : '';
  return html`<form class="actions" method="post" action="/operator/${request.pk}">
    <input type="hidden" name="do" value="${act}" />
    ${act === 'refuse' ? html`<input name="reason" aria-label="Reason of a refusal" value="Document not readable" />` : ''}
    <button class="${tone}">${WORDS[act]}</button>
  </form>`;
}
