import { html } from 'hono/html';
import { ENDPOINT_NAMES } from '../one-shot/all-endpoints.js';
import { FAULT_KINDS, isFaultName, type FaultKind } from '../faults/kinds.js';
import type { Fault } from '../faults/faults.js';
import type { Provider } from '../provider.js';
import { page, type Html } from './layout.js';

const MOMENTS: readonly [FaultKind['moment'], string][] = [
  ['before', 'Before the work of a call. Nothing is done'],
  ['after', 'After the work of a call. The caller does not get the answer'],
  ['work', 'During the work of one endpoint'],
  ['signer', 'When the signer finishes the video'],
  ['callback', 'On callbacks'],
];

/** The table of faults, with a switch for each. */
export function faultsPage(provider: Provider, problem?: string): Html {
  const active = provider.parts.faults.list();
  return page(
    'Faults',
    '/faults',
    html`<h1>Faults</h1>
      <p class="lead">
        Faults of the provider. A fault that is on affects every call in its scope, or as many calls as you say.
      </p>
      ${problem === undefined ? '' : html`<p class="card" role="alert">${problem}</p>`}
      <div data-live>
        ${active.map((fault) => activeCard(fault))}
        ${
          active.length === 0
            ? html`<p class="card soft">No fault is on.</p>`
            : html`<form method="post" action="/faults/none"><button>Switch all off</button></form>`
        }
      </div>
      ${MOMENTS.map(
        ([moment, words]) =>
          html`<h2>${words}</h2>
            ${Object.entries(FAULT_KINDS)
              .filter(([, kind]) => kind.moment === moment)
              .map(([name, kind]) => kindCard(name, kind))}`,
      )}`,
  );
}

function activeCard(fault: Fault): Html {
  const { name, seed: _seed, perRequest: _perRequest, ...scope } = fault.order;
  const words = Object.entries(scope).map(([key, value]) => `${key} ${String(value)}`);
  return html`<div class="card row">
    <div>
      <h3>${name} <span class="badge bad">on</span></h3>
      <span class="soft"
        >${words.join(' · ') || 'everywhere'} · met ${fault.hits} of
        ${fault.seen}${fault.held > 0 ? ` · holds ${fault.held}` : ''}</span
      >
    </div>
    <div class="actions">
      ${
        name.startsWith('hold')
          ? html`<form method="post" action="/faults/${fault.id}/release"><button class="main">Release</button></form>`
          : ''
      }
      <form method="post" action="/faults/${fault.id}/remove"><button>Switch off</button></form>
    </div>
  </div>`;
}

function kindCard(name: string, kind: FaultKind): Html {
  const endpoints = kind.endpoints ?? (kind.moment === 'before' || kind.moment === 'after' ? ENDPOINT_NAMES : []);
  const choices = endpoints.filter((each) => each !== 'callback' && each !== 'video');
  return html`<form class="card" method="post" action="/faults">
    <h3>${name}</h3>
    <p class="soft">${kind.what}</p>
    <input type="hidden" name="name" value="${name}" />
    <div class="actions">
      ${
        choices.length > 1
          ? html`<label
              >endpoint
              <select name="endpoint">
                <option value="">all</option>
                ${choices.map((each) => html`<option>${each}</option>`)}
              </select></label
            >`
          : ''
      }
      ${Object.entries(kind.parameters).map(
        ([key, value]) =>
          html`<label
            >${key} <input name="${key}" value="${String(value)}" size="${typeof value === 'number' ? 8 : 24}"
          /></label>`,
      )}
      <label>times <input name="times" type="number" min="1" placeholder="always" size="6" /></label>
      <button>Switch on</button>
    </div>
  </form>`;
}

/** The form's fields as a fault order. Fields become numbers if the kind has numbers. Empty fields are left out. */
export function faultOrder(fields: Record<string, unknown>): Record<string, unknown> {
  const { name } = fields;
  const kind: FaultKind | undefined = typeof name === 'string' && isFaultName(name) ? FAULT_KINDS[name] : undefined;
  const entries = Object.entries(fields).filter(([, value]) => value !== '');
  return Object.fromEntries(
    entries.map(([key, value]) => {
      const isNumber = key === 'times' || typeof kind?.parameters[key] === 'number';
      return [key, isNumber ? Number(value) : value];
    }),
  );
}
