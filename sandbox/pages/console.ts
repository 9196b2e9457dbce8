import { html } from 'hono/html';
import { personWords } from '../requests/person.js';
import type { ConsoleAct, Provider } from '../provider.js';
import type { SignatureRequest } from '../requests/requests.js';
import type { Behaviour } from '../settings/settings.js';
import { isAfterVideo } from '../requests/signer-identity.js';
import { isPossible } from '../requests/transitions.js';
import { badge, clock, page, type Html } from './layout.js';

/** So many of the newest requests are shown. */
const SHOWN = 100;

/** The provider's own console: an operator decides here, past the API. */
export function consolePage(provider: Provider, problem?: string): Html {
  const requests = provider.parts.requests.list().slice(0, SHOWN);
  return page(
    'Console',
    '/console',
    html`<h1>Operator console</h1>
      <p class="lead">
        The provider's own screen: what is decided here reaches the requester only by callback or by reading.
      </p>
      ${problem === undefined ? '' : html`<p class="card" role="alert">${problem}</p>`}
      <div data-live>
        ${requests.map((request) => requestCard(request, provider.behaviourOf(request)))}
        ${requests.length === 0 ? html`<p class="empty">No request yet.</p>` : ''}
      </div>`,
  );
}

function requestCard(request: SignatureRequest, behaviour: Behaviour): Html {
  const can = {
    approve: isPossible(request, 'approved', behaviour),
    refuse: isPossible(request, 'refused', behaviour),
    cancel: isPossible(request, 'cancelled', behaviour),
  };
  const last = request.history.at(-1);
  return html`<section class="card" aria-label="Request ${request.pk}">
    <div class="row">
      <h3>Request ${request.pk} ${badge(request.status)}</h3>
      <span class="soft">since ${clock(last?.at ?? request.createdAt)} UTC</span>
    </div>
    <p class="soft">
      Authority ${request.registrationAuthority} · ${request.profile} · video ${request.videoidPk} ·
      ${request.documents.length} document${request.documents.length === 1 ? '' : 's'}
      ${request.refusalReason === undefined ? '' : html` · refused: ${request.refusalReason}`}
    </p>
    ${request.person !== undefined && isAfterVideo(request) ? html`<p>On the video: ${personWords(request.person)}</p>` : ''}
    ${
      can.approve || can.refuse || can.cancel
        ? html`<div class="actions">
            ${can.approve ? actForm(request, 'approve', html`<button class="main">Approve</button>`) : ''}
            ${
              can.refuse
                ? actForm(
                    request,
                    'refuse',
                    html`<input name="reason" aria-label="Reason of a refusal" value="Expired document" />
                      <button class="bad">Refuse</button>`,
                  )
                : ''
            }
            ${can.cancel ? actForm(request, 'cancel', html`<button>Cancel</button>`) : ''}
          </div>`
        : ''
    }
  </section>`;
}

/** A form per act, so that Enter in the reason does what stands beside it. */
function actForm(request: SignatureRequest, act: ConsoleAct, content: Html): Html {
  return html`<form class="actions" method="post" action="/console/${request.pk}">
    <input type="hidden" name="do" value="${act}" />${content}
  </form>`;
}
