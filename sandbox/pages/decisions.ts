import { html } from 'hono/html';
import type { ProviderRequest } from '../requests/requests.js';
import { badge, clock, page, type Html } from './layout.js';

/** How many of the newest requests are shown. */
const SHOWN = 100;

/** A page where the provider's people decide about requests. `problem` says why the last decision had no effect. */
export function decisionsPage<R extends ProviderRequest>(
  words: { title: string; path: string; heading: string; lead: string; empty: string },
  requests: readonly R[],
  card: (request: R) => Html,
  problem?: string,
): Html {
  return page(
    words.title,
    words.path,
    html`<h1>${words.heading}</h1>
      <p class="lead">${words.lead}</p>
      ${problem === undefined ? '' : html`<p class="card" role="alert">${problem}</p>`}
      <div data-live>
        ${requests.slice(0, SHOWN).map(card)} ${requests.length === 0 ? html`<p class="empty">${words.empty}</p>` : ''}
      </div>`,
  );
}

/** One request, with what is known about it and the decisions that are possible now. */
export function requestCard(request: ProviderRequest, known: Html, acts: readonly Html[]): Html {
  const kind = request.kind === 'signature' ? 'Request' : 'Enrolment';
  const detail = request.kind === 'signature' ? `video ${request.videoidPk}` : `card ${request.scratchcard}`;
  return html`<section class="card" aria-label="${kind} ${request.pk}">
    <div class="row">
      <h3>${kind} ${request.pk} ${badge(request.status)}</h3>
      <span class="soft">since ${clock(request.history.at(-1)?.at ?? request.createdAt)} UTC</span>
    </div>
    <p class="soft">
      Authority ${request.registrationAuthority} · ${request.profile} · ${detail} · ${request.documents.length}
      document${request.documents.length === 1 ? '' : 's'}
      ${request.refusalReason === undefined ? '' : html` · refused: ${request.refusalReason}`}
    </p>
    ${known} ${acts.length === 0 ? '' : html`<div class="actions">${acts}</div>`}
  </section>`;
}

/** A decision as a page offers it. */
export interface Decision {
  act: string;
  /** The text on the button. */
  words: string;
  tone?: 'main' | 'bad';
  /** The reason that is already filled in. Absent if the decision needs none. */
  reason?: string;
}

/** A button for one decision, in a form of its own. Enter in the reason then takes the decision beside it. */
export function actForm(action: string, { act, words, tone, reason }: Decision): Html {
  return html`<form class="actions" method="post" action="${action}">
    <input type="hidden" name="do" value="${act}" />
    ${reason === undefined ? '' : html`<input name="reason" aria-label="Reason of a refusal" value="${reason}" />`}
    <button class="${tone ?? ''}">${words}</button>
  </form>`;
}
