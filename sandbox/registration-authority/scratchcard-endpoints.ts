import type { Answer } from '../calls/answers.js';
import { text } from '../requests/raos.js';
import { authorityNamed, json, paginated, requireFields, type RaCall, type RaEndpoint } from './endpoint.js';
import { detailed, mistake, notFound } from './refusals.js';
import type { Scratchcard } from './scratchcards.js';

/** Scratchcards (§8.1). */
export const SCRATCHCARD_ENDPOINTS: RaEndpoint[] = [
  {
    name: 'ra-first-scratchcard',
    method: 'GET',
    path: '/scratchcards/get_first_unused/',
    body: 'json',
    work(call) {
      const { scratchcards } = call.provider.parts;
      requireFields(call, ['ra']);
      const id = authorityNamed(call, 'ra');
      if (call.fault('used-card') !== undefined) {
        const used = scratchcards.list(id).findLast((card) => scratchcards.isUsed(card));
        if (used !== undefined) return json(cardView(call, used));
      }
      const card = scratchcards.firstUnused(id, call.behaviour.ra.firstUnused === 'reserves');
      return card === undefined ? noneLeft(call) : json(cardView(call, card));
    },
  },
  {
    name: 'ra-list-scratchcards',
    method: 'GET',
    path: '/scratchcards/',
    body: 'none',
    work(call) {
      const { registration_authority: id, sn } = call.query;
      const { scratchcards } = call.provider.parts;
      const hidden = call.behaviour.ra.scratchcardList === 'unused' && sn === undefined;
      const cards = scratchcards.list(id).filter((card) => !hidden || !scratchcards.isUsed(card));
      const wanted = sn === undefined ? cards : cards.filter((card) => card.sn === sn);
      return paginated(
        call,
        wanted.map((card) => cardView(call, card)),
      );
    },
  },
  {
    name: 'ra-scratchcard-used',
    method: 'POST',
    path: '/scratchcards/isused/',
    body: 'json',
    work(call) {
      requireFields(call, ['sn']);
      const { scratchcards } = call.provider.parts;
      const card = scratchcards.find(text(call.body['sn']) ?? '');
      if (card === undefined) throw mistake('ScratchCard matching query does not exist.');
      return { kind: 'raw', status: 200, body: String(scratchcards.isUsed(card)), contentType: 'text/plain' };
    },
  },
  {
    name: 'ra-get-scratchcard',
    method: 'GET',
    path: '/scratchcards/:card_pk/',
    body: 'none',
    work(call) {
      const card = call.provider.parts.scratchcards.findByPk(call.params['card_pk'] ?? '');
      if (card === undefined) throw notFound('No ScratchCard matches the given query.');
      return json(cardView(call, card));
    },
  },
];

function noneLeft(call: RaCall): Answer {
  switch (call.behaviour.ra.noneLeft) {
    case '500':
      throw mistake('ScratchCard matching query does not exist.');
    case '404':
      throw detailed(404, 'Not found.');
    case 'null':
      return json(null);
  }
}

function cardView(call: RaCall, card: Scratchcard): Record<string, unknown> {
  const { secretsShape, snType } = call.behaviour.ra;
  return {
    pk: card.pk,
    sn: snType === 'number' ? Number(card.sn) : card.sn,
    secrets: secretsShape === 'object' ? card.secrets : JSON.stringify(card.secrets),
    registration_authority: Number(card.registrationAuthority),
  };
}
