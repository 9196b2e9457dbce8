import type { RequestPk } from '../../messages/request.js';
import type { Subject } from '../context.js';
import { type Step, cannotGoOnWithout } from '../course.js';
import { Leaves } from '../found-ids.js';
import { readNowhere } from '../nowhere.js';
import type { Recorded } from '../recording/recorder.js';
import { succeeded } from '../seen.js';
import type { EnrolmentContext } from './context.js';

const NOBODY = '0' as RequestPk;
/** The serial number of no scratchcard. */
const NO_CARD = '0';

/** What the Registration Authority API answers about things that do not exist. */
export const unknownStep: Step<EnrolmentContext> = {
  name: 'unknown',
  title: 'Call the API with a request, an address and a scratchcard that do not exist',
  calls: ['GET /requests/0/', 'GET /no-such-call/', 'POST /scratchcards/isused/'],
  essential: true,
  async run(at) {
    const { run, people, settings } = at;
    const { error, last } = await run.call('read-unknown', () => at.client().getRequest(NOBODY));
    if (last?.exchange.answer === undefined) {
      cannotGoOnWithout(error, {
        code: 'PROVIDER_UNREACHABLE',
        words: 'The Registration Authority API did not answer',
        remedy: 'Check the address, the certificate, and the network between here and there.',
      });
    }
    const { certificate, key, passphrase, ...http } = settings.api;
    const clientCertificate = { certificate, key, passphrase };
    await run.call('unknown-path', () =>
      readNowhere(
        { ...http, clientCertificate, observer: run.recorder },
        { basePath: '/api/v1', path: '/no-such-call/' },
      ),
    );
    await run.call('unknown-scratchcard', () => at.client().isScratchcardUsed(NO_CARD));
    people.say(`    It answers HTTP ${last.exchange.answer.status}.`);
  },
};

/** The card of the request, and what the lists say about cards. */
export const scratchcardStep: Step<EnrolmentContext> = {
  name: 'scratchcard',
  title: 'Ask for an unused scratchcard twice, and for the list of scratchcards',
  calls: ['GET /scratchcards/get_first_unused/', 'GET /scratchcards/', 'POST /scratchcards/isused/'],
  essential: true,
  async run(at) {
    const { run, people } = at;
    if (run.isMarked('main.create')) return;
    await countCards(at, 'list');
    const first = await takeCard(at, 'main');
    const { value: again } = await run.call('first-unused-again', () =>
      at.client().firstUnusedScratchcard(at.authority),
    );
    if (again !== undefined) run.note('same-card', again.sn === first);
    const { value: card } = await run.call('card', () => at.client().scratchcard(first));
    run.note('card-found', card !== undefined);
    const { value: used } = await run.call('isused-before', () => at.client().isScratchcardUsed(first));
    if (used !== undefined) run.note('used-before', used);
    people.say(`    There is an unused card${again?.sn === first ? ', and asking does not reserve it' : ''}.`);
  },
};

/** An unused card for a request. @throws VideoIdError without one */
export async function takeCard(at: EnrolmentContext, subject: Subject): Promise<string> {
  const { run } = at;
  const tried = await run.call('first-unused', () => at.client().firstUnusedScratchcard(at.authority));
  const { value, error, last } = tried;
  const sn = value?.sn ?? numberIn(last);
  if (sn === undefined) {
    cannotGoOnWithout(error, {
      code: 'NO_SCRATCHCARD_LEFT',
      words: 'There is no scratchcard',
      remedy: 'Ask the provider whether this registration authority has unused scratchcards.',
    });
  }
  if (value === undefined) run.note('deviation: scratchcard', 'its serial number stands in a field with another name');
  run.values.add(...Object.values(value?.secrets ?? {}).map((secret) => secret.reveal()));
  await run.keepId(`${subject}.scratchcard`, sn);
  return sn;
}

/** The serial number in an answer whose fields have other names. */
function numberIn(last: Recorded | undefined): string | undefined {
  if (last === undefined || !succeeded(last.exchange)) return undefined;
  return new Leaves(last.json).id(/^(serial|scratch_?card|card)([_-]?(sn|number|serial))?$/i, /(sn|serial)/i);
}

/** How many cards the list has: with `unused`, the product's client counts the list alone. */
export async function countCards(at: EnrolmentContext, occasion: string): Promise<void> {
  const { value, last } = await at.run.call(occasion, () =>
    at.client({ scratchcardList: 'unused' }).countScratchcards(at.authority),
  );
  if (value === undefined) return;
  at.run.note('listed', value.listed);
  const page = pageLength(last?.json);
  if (page !== undefined) at.run.note('page-size', page);
}

function pageLength(json: unknown): number | undefined {
  if (typeof json !== 'object' || json === null) return undefined;
  return Object.values(json).find(Array.isArray)?.length;
}

/** Calls that belong to a later status. They show how the provider refuses. */
export const beforeVideoStep: Step<EnrolmentContext> = {
  name: 'before-video',
  title: 'Make calls that come too early: missing fields, declaration, contract',
  calls: [
    'GET /requests/{request_pk}/validate/',
    'POST /requests/{request_pk}/generates_tbs_receipt/',
    'POST /requests/{request_pk}/pl_get_document/',
  ],
  async run(at) {
    const { run, settings } = at;
    const pk = at.requestPk('main');
    await run.call('missing-early', () => at.client().missingFields(pk));
    const { officer, preauthLink } = settings;
    if (officer !== undefined) {
      await run.call('declaration-early', () => at.client().declaration(pk, officer.rao));
      await run.call('contract-early', async () =>
        (await at.client({ contractFrom: ['json'] }).contract(pk, officer.rao)).stream.destroy(),
      );
    }
    if (preauthLink) {
      const early = await run.call('preauthlink-early', () => at.client().preauthLink(pk));
      run.values.add(early.value?.reveal());
    }
  },
};
