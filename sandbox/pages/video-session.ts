import { html } from 'hono/html';
import type { ProviderRequest } from '../requests/requests.js';
import { VIDEO_OPEN } from '../requests/statuses.js';
import { badge, page, type Html } from './layout.js';

/** The page behind the video link. Its buttons do what the signer does there. `problem` says why the last one had no effect. */
export function videoSessionPage(request: ProviderRequest, problem?: string): Html {
  const open = VIDEO_OPEN.includes(request.status);
  return page(
    'Video identification',
    '',
    html`<div class="session">
      <h1>Video identification</h1>
      <p class="soft">Request ${request.pk} · ${badge(request.status)}</p>
      <div class="camera" aria-hidden="true"><div class="oval"></div></div>
      ${problem === undefined ? '' : html`<p class="card" role="alert">${problem}</p>`}
      ${
        open
          ? html`<p class="soft">No camera is used here. Choose how the session ends.</p>
              <form method="post">
                <button class="main" name="result" value="finished">Show document and face: finish</button>
                <button name="result" value="incomplete">Stop half-way</button>
                <button class="bad" name="result" value="error">Fail (document not readable)</button>
                ${request.status === 'VIDEOPENDING' ? '' : html`<button name="result" value="retry">Start over</button>`}
              </form>`
          : html`<p class="card">${doneWords(request)}</p>`
      }
    </div>`,
  );
}

function doneWords(request: ProviderRequest): string {
  return request.status === 'CANCELLED'
    ? 'This request has been closed.'
    : 'Thank you, the video is complete. You can close this page.';
}

/** A link that belongs to no request. */
export function unknownLinkPage(): Html {
  return page('Unknown link', '', html`<div class="session"><h1>This link is not valid</h1></div>`);
}
