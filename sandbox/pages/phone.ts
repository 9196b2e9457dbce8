import { html } from 'hono/html';
import { phoneOf } from '../control/views.js';
import type { Provider } from '../provider.js';
import { badge, clock, page, type Html } from './layout.js';

/** All phones that got a message. */
export function phonesPage(provider: Provider): Html {
  const phones = [...new Set(provider.parts.requests.list().map((request) => request.phone))];
  return page(
    'Phones',
    '/phone',
    html`<h1>Signers' phones</h1>
      <p class="lead">The phones of all signers. A phone shows the text messages with codes, and the video links.</p>
      <div data-live>
        <div class="cards">
          ${phones.map((phone) => {
            const { messages, links } = phoneOf(provider, phone);
            return html`<a class="card" href="/phone/${encodeURIComponent(phone)}">
              <h3>${phone}</h3>
              <span class="soft"
                >${links.length} link${links.length === 1 ? '' : 's'}, ${messages.length}
                code${messages.length === 1 ? '' : 's'}</span
              >
            </a>`;
          })}
        </div>
        ${phones.length === 0 ? html`<p class="empty">There is no request yet.</p>` : ''}
      </div>`,
  );
}

/** One phone: messages and links, newest first. */
export function phonePage(provider: Provider, phone: string): Html {
  const { messages, links } = phoneOf(provider, phone);
  return page(
    'Phone',
    '/phone',
    html`<div class="phone" data-live>
      <div class="bar"><span>Sandbox mobile</span><span>5G ▮▮▮</span></div>
      <h1>Messages</h1>
      <p class="soft from">${phone}</p>
      ${messages.map((message) => {
        const [before = '', after = ''] = message.text.split(message.code);
        return html`<div class="bubble">
          ${before}<strong>${message.code}</strong>${after}<time>Text message · ${clock(message.at)} UTC</time>
        </div>`;
      })}
      ${links.map(
        (each) =>
          html`<div class="bubble link">
            Identify yourself for request ${each.request}: <a href="${each.link}">open the video session</a>
            <time>handed out by the requester · ${badge(each.status)}</time>
          </div>`,
      )}
      ${links.length === 0 ? html`<p class="empty">Nothing has arrived.</p>` : ''}
    </div>`,
  );
}
