import { html } from 'hono/html';
import type { Enrolment } from '../registration-authority/enrolment.js';
import { badge, page, type Html } from './layout.js';

/** The page behind the pre-authorised link. Whoever has the link can act as the signer. */
export function selfServicePage(request: Enrolment, problem?: string): Html {
  return page(
    'Your certificate',
    '',
    html`<div class="session">
      <h1>Your certificate</h1>
      <p class="soft">Enrolment ${request.pk} · ${badge(request.status)}</p>
      ${problem === undefined ? '' : html`<p class="card" role="alert">${problem}</p>`}
      ${
        request.status === 'ENROLLREADY'
          ? html`<p class="card">
                <a href="/lcmpl/enrollment/auth/${request.enrolToken}/contract">Read the contract</a>
              </p>
              <form method="post"><button class="main">Sign the contract and issue the certificate</button></form>
              <p class="soft">The code by text message and the choice of a PIN are left out here.</p>`
          : html`<p class="card">
              ${
                request.certificate === undefined
                  ? 'There is nothing to do here now.'
                  : `Your certificate ${request.certificate.serialNumber} has been issued.`
              }
            </p>`
      }
    </div>`,
  );
}
