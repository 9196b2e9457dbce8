import { html } from 'hono/html';
import type { Provider } from '../provider.js';
import { mailsOf } from '../control/views.js';
import { badge, clock, page, type Html } from './layout.js';

/** Every address that received an e-mail. */
export function inboxesPage(provider: Provider): Html {
  const addresses = [...new Set(provider.parts.requests.enrolments().map((request) => request.email))];
  return page(
    'Inboxes',
    '/inbox',
    html`<h1>Signers' inboxes</h1>
      <p class="lead">
        In an enrolment, the provider itself writes to the signer: first the link to the video, then the link to the
        certificate.
      </p>
      <div data-live>
        <div class="cards">
          ${addresses.map((address) => {
            const count = mailsOf(provider, address).length;
            return html`<a class="card" href="/inbox/${encodeURIComponent(address)}">
              <h3>${address}</h3>
              <span class="soft">${count} e-mail${count === 1 ? '' : 's'}</span>
            </a>`;
          })}
        </div>
        ${addresses.length === 0 ? html`<p class="empty">There is no enrolment yet, so nobody has mail.</p>` : ''}
      </div>`,
  );
}

/** The e-mails to one address, newest first. */
export function inboxPage(provider: Provider, address: string): Html {
  const mails = mailsOf(provider, address);
  return page(
    'Inbox',
    '/inbox',
    html`<h1>Inbox</h1>
      <p class="lead">${address}</p>
      <div data-live>
        ${mails.map(
          (mail) =>
            html`<article class="card">
              <div class="row">
                <h3>${mail.subject}</h3>
                <span class="soft">${clock(mail.at)} UTC</span>
              </div>
              <p>${mail.text}</p>
              <div class="row">
                <a class="button" href="${mail.link}"
                  >${mail.kind === 'video' ? 'Open the video' : 'Get the certificate'}</a
                >
                <span class="soft">Request ${mail.request} · now ${badge(mail.status)}</span>
              </div>
            </article>`,
        )}
        ${mails.length === 0 ? html`<p class="empty">Nothing has arrived.</p>` : ''}
      </div>`,
  );
}
