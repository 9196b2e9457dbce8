import { html } from 'hono/html';
import type { Provider } from '../provider.js';
import { stockOf } from '../control/views.js';
import { STATUSES } from '../requests/statuses.js';
import { badge, page, type Html } from './layout.js';

/** What this sandbox is, its addresses, and what happened so far. */
export function overviewPage(provider: Provider, api: string): Html {
  const { requests, calls, faults, settings } = provider.parts;
  const all = requests.all();
  const stock = stockOf(provider);
  const byStatus = STATUSES.map((status) => ({ status, count: all.filter((each) => each.status === status).length }));
  const counts = Object.entries(calls.all());
  return page(
    'Overview',
    '/',
    html`<h1>The provider, simulated</h1>
      <p class="lead">
        One-Shot API V2 at <code>${api}</code>. Registration Authority API
        ${provider.raApi === undefined ? 'not started' : html`at <code>${provider.raApi}</code> over mutual TLS`}.
        Certificates come from a test authority: <a href="/roots.pem">its root (PEM)</a>. Nothing here has legal effect.
      </p>
      <div class="cards">
        <a class="card" href="/phone"
          ><h3>Phone</h3>
          <span class="soft">The signer: codes and video links</span></a
        >
        <a class="card" href="/inbox"
          ><h3>Inbox</h3>
          <span class="soft">The signer of an enrolment: e-mails with links</span></a
        >
        <a class="card" href="/console"
          ><h3>Console</h3>
          <span class="soft">The RAO of a signature: approve, refuse, cancel</span></a
        >
        <a class="card" href="/operator"
          ><h3>Operator</h3>
          <span class="soft">The provider's staff: validate, refuse enrolments</span></a
        >
        <a class="card" href="/faults"
          ><h3>Faults</h3>
          <span class="soft">${faults.list().length} on</span></a
        >
      </div>
      <div data-live>
        <h2>Requests</h2>
        <div class="card actions">
          ${byStatus.filter(({ count }) => count > 0).map(({ status, count }) => html`<span>${badge(status)} ${count}</span>`)}
          ${all.length === 0 ? html`<span class="soft">none yet</span>` : ''}
        </div>
        <h2>Calls</h2>
        <div class="card">
          ${counts.map(
            ([name, count]) =>
              html`<div class="row">
                <code>${name}</code>
                <span class="soft"
                  >${count.received} ·
                  ${Object.entries(count.ended)
                    .map(([end, times]) => `${end}: ${times}`)
                    .join(', ')}</span
                >
              </div>`,
          )}
          ${counts.length === 0 ? html`<span class="soft">none yet</span>` : ''}
        </div>
      </div>
      <h2>Registration authorities</h2>
      <div class="cards">
        ${Object.entries(settings.all.registrationAuthorities).map(([id, authority]) => {
          const behaviour = settings.behaviour(id);
          return html`<div class="card">
            <h3>${id}</h3>
            <span class="soft"
              >${authority.name} · ${behaviour.algorithm} · callbacks ${behaviour.webhook === null ? 'off' : 'on'} ·
              ${stock[id]?.unused ?? 0} unused scratchcards</span
            >
          </div>`;
        })}
      </div>`,
  );
}
