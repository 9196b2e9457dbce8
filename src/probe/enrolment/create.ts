import { setTimeout as pause } from 'node:timers/promises';
import { missingAtStart, profileOf } from '../../messages/profiles.js';
import { sentence } from '../../messages/sentences.js';
import type { EnrolmentRequest, NewEnrolment } from '../../uanataca/registration-authority/registration-authority.js';
import type { Subject } from '../context.js';
import { type Step, cannotGoOn, cannotGoOnWithout } from '../course.js';
import { Leaves } from '../found-ids.js';
import type { Recorded } from '../recording/recorder.js';
import type { Tried } from '../run.js';
import { succeeded } from '../seen.js';
import { read } from '../waiting.js';
import { countCards, takeCard } from './beginning.js';
import type { EnrolmentContext } from './context.js';
import { valuesFor } from './values.js';

/** Milliseconds. We assume that the list of requests has a new one within this time. */
const LISTED_WITHIN = 60_000;
/** Others may take the card in between. */
const TRIES = 3;

/** What a request costs. */
export function priceOf({ isProduction }: EnrolmentContext): string {
  return isProduction
    ? 'yes: this is production, and it takes a scratchcard'
    : 'one scratchcard of the provider’s sandbox environment, as far as we know';
}

export const createStep: Step<EnrolmentContext> = {
  name: 'create',
  title: 'Create the request, look for it, and create again with the same scratchcard',
  calls: ['POST /requests/', 'GET /requests/', 'GET /requests/{request_pk}/', 'POST /scratchcards/isused/'],
  bills: (at) =>
    at.isProduction
      ? `${priceOf(at)}. The probe creates only once`
      : `${priceOf(at)}. The second create is refused, or makes another request, which is cancelled at once`,
  essential: true,
  async run(at) {
    const { run } = at;
    if (run.id('main.request_pk') === undefined) await create(at, 'main');
    const { request } = await read(at, 'main');
    await keepLink(at, 'main', request);
    if (!run.wasTried('find')) await find(at, at.card('main'), 'find');
    const { value: used } = await run.call('isused-after', () => at.client().isScratchcardUsed(at.card('main')));
    if (used !== undefined) run.note('used-after', used);
    await countCards(at, 'list-after');
    if (!at.isProduction) await createAgain(at);
  },
};

/**
 * Creates a request with the card of the subject. In doubt it is not repeated: the list of requests is asked for the card.
 *
 * @throws VideoIdError if there is no request
 */
export async function create(at: EnrolmentContext, subject: Subject): Promise<void> {
  const { run, people } = at;
  if (run.isMarked(`${subject}.create`)) {
    const outcome = await outcomeOf(at, subject);
    if (outcome === 'created') return;
    if (outcome === 'taken') await takeCard(at, subject);
  }
  for (let tries = 1; ; tries += 1) {
    await run.mark(`${subject}.create`);
    const order = await orderOf(at, subject);
    const { value, error, last } = await run.call('create', () => at.client().createRequest(order));
    if (value !== undefined) {
      await keep(at, subject, value);
      people.say(`    Created in ${last?.exchange.answer?.after ?? 0} ms.`);
      return;
    }
    if (await keepFound(at, subject, last)) return;
    const isDoubtful = error === undefined || error.kind === 'unknown';
    const outcome = isDoubtful ? await outcomeOf(at, subject) : 'refused';
    if (outcome === 'created') return;
    if (isDoubtful && outcome !== 'taken') doubtful(error?.words);
    await run.unmark(`${subject}.create`);
    if ((outcome === 'taken' || error?.code === 'SCRATCHCARD_USED') && tries < TRIES) {
      people.say('    Somebody else has used the card. Trying the next one.');
      await takeCard(at, subject);
      continue;
    }
    cannotGoOnWithout(error, {
      code: 'PROVIDER_REFUSED',
      words: 'The create was refused',
      remedy:
        'Correct what the provider names. Then go on with this file. With another profile, phone or e-mail address, begin a new probe.',
    });
  }
}

async function orderOf(at: EnrolmentContext, subject: Subject): Promise<NewEnrolment> {
  const { phone, email } = at.run.secrets.signer;
  const { profile } = at.run.secrets;
  // Nothing can be added later to the request of a natural person.
  const given = { email, mobile_phone_number: phone };
  return {
    scratchcard: at.card(subject),
    registrationAuthority: at.authority,
    profile,
    email,
    phone,
    secureElement: profileOf(profile)?.secureElements.at(-1),
    fields: await valuesFor(at, missingAtStart(profile, given)),
  };
}

async function keep(at: EnrolmentContext, subject: Subject, request: EnrolmentRequest): Promise<void> {
  if (request.requestPk === undefined) return;
  await at.run.keepId(`${subject}.request_pk`, request.requestPk);
  await keepLink(at, subject, request);
  await at.run.unmark(`${subject}.create`);
}

/** The number in an answer whose fields have other names. */
async function keepFound(at: EnrolmentContext, subject: Subject, last: Recorded | undefined): Promise<boolean> {
  if (last === undefined || !succeeded(last.exchange)) return false;
  const request = new Leaves(last.json).id(/^request.*(pk|id|number)$/i, /^(pk|id)$/i);
  if (request === undefined) return false;
  at.run.note(
    'deviation: create',
    'the number of the request stands in a field with another name, or the status is missing',
  );
  at.people.say('    The answer has other field names than documented. The probe has found the number.');
  await at.run.keepId(`${subject}.request_pk`, request);
  await at.run.unmark(`${subject}.create`);
  return true;
}

async function keepLink(
  { run }: EnrolmentContext,
  subject: Subject,
  request: EnrolmentRequest | undefined,
): Promise<void> {
  const link = request?.videoidLink?.reveal();
  if (link !== undefined) await run.keepId(`${subject}.link`, link);
}

/**
 * What became of a create without an answer. Its request is taken over. `none`: the card belongs to no request, so that it can make
 * one. `taken`: somebody else has used the card.
 *
 * @throws VideoIdError in doubt
 */
async function outcomeOf(at: EnrolmentContext, subject: Subject): Promise<'created' | 'none' | 'taken'> {
  const { run, people } = at;
  const card = at.card(subject);
  people.say('    Nobody knows whether the create was carried out. Looking for a request with its scratchcard.');
  const { value } = await find(at, card, 'find-in-doubt');
  const [found] = value ?? [];
  if (found !== undefined && !isOurs(at, found)) return 'taken';
  if (found !== undefined) {
    people.say('    It was carried out. The probe goes on with that request.');
    await keep(at, subject, found);
    return 'created';
  }
  const { value: used } = await run.call('isused-in-doubt', () => at.client().isScratchcardUsed(card));
  return value !== undefined && used === false ? 'none' : doubtful(undefined);
}

function isOurs({ run }: EnrolmentContext, { email, phone }: EnrolmentRequest): boolean {
  const { signer } = run.secrets;
  return (
    (email ?? signer.email).toLowerCase() === signer.email.toLowerCase() &&
    digitsOf(phone ?? signer.phone) === digitsOf(signer.phone)
  );
}

function digitsOf(phone: string): string {
  return phone.replaceAll(/\D/g, '');
}

function doubtful(words: string | undefined): never {
  return cannotGoOn(
    'CREATE_IN_DOUBT',
    sentence(`Nobody knows whether the request was created: ${words ?? 'no answer, and no list that shows it'}`),
    'Run the probe again with this file in some minutes: it looks for the request first.',
  );
}

/** The request with a card, as soon as the list has it. Looks that show nothing new are not kept. */
async function find(at: EnrolmentContext, card: string, occasion: string): Promise<Tried<EnrolmentRequest[]>> {
  const { run, settings } = at;
  const begin = Date.now();
  for (let looks = 1; ; looks += 1) {
    const found = await run.call(occasion, () => at.client().findRequests({ scratchcard: card }));
    const waited = Date.now() - begin;
    const isThere = (found.value ?? []).length > 0;
    if (isThere || found.error !== undefined || waited > Math.min(LISTED_WITHIN, settings.patience)) {
      run.note(`${occasion}: there`, isThere);
      run.note(`${occasion}: after`, waited);
      return found;
    }
    if (looks > 1 && found.last !== undefined) run.forget(found.last);
    await pause(settings.poll);
  }
}

/** Whether a card makes two requests. */
async function createAgain(at: EnrolmentContext): Promise<void> {
  const { run, people } = at;
  // Also if its answer was lost: then nobody knows.
  if (run.isMarked('main.create-again')) return;
  await run.mark('main.create-again');
  const order = await orderOf(at, 'main');
  const { value, error } = await run.call('create-again', () => at.client().createRequest(order));
  if (value !== undefined) {
    run.note('deviation: create-again', 'a scratchcard makes two requests');
    await run.keepId('third.request_pk', value.requestPk);
    await run.call('cancel-again-created', () => at.client().cancel(value.requestPk));
    people.say('    The same card made another request, which is cancelled.');
    return;
  }
  const { value: all } = await run.call('find-again', () => at.client().findRequests({ scratchcard: at.card('main') }));
  if (all !== undefined) run.note('requests-of-card', all.length);
  people.say(`    A second create with the same card is ${error?.kind === 'unknown' ? 'in doubt' : 'refused'}.`);
}
