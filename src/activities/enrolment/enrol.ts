import { setTimeout as pause } from 'node:timers/promises';
import type { ProviderData } from '../../archive/archive.js';
import { createMark } from '../../archive/marks.js';
import type { EnrolmentActivities } from '../../messages/activities.js';
import { leftOf } from '../../messages/age.js';
import { defined } from '../../messages/defined.js';
import { type RequestKey, type RequestPk, workflowIdOf } from '../../messages/request.js';
import { ProviderError } from '../../uanataca/errors.js';
import { authorityOf, type Dependencies } from '../engine/dependencies.js';
import { stepFailure } from '../engine/failures.js';
import { endOfTry, providerRequest } from '../engine/provider-step.js';
import { providerRead } from '../watch.js';
import { assertNotFinished } from '../finished-video.js';
import { isSamePhone } from '../identity.js';
import { ScratchcardSupply } from './scratchcard-supply.js';
import { sealedSecrets } from './secrets.js';

/** So long after a create, the request may be missing in the list. Milliseconds. */
const LISTED_WITHIN = 60_000;
/** The pause between two reads of that list. Milliseconds. */
const LOOK_AGAIN = 5000;

/** "First unused" does not reserve a card (§8.1). After so many cards that others took, the step is tried again later. */
const CARDS_PER_TRY = 20;

/**
 * Steps 1 and 2. In one process, the enrolments of a registration authority run one after the other. A card that another
 * process used is skipped. A card is noted before it is used, so a create whose answer was lost is found by its card and taken
 * over. No card and no request is lost or doubled.
 */
export function enrol(dependencies: Dependencies): EnrolmentActivities['enrol'] {
  const oneByOne = new OneByOne();
  const supply = new ScratchcardSupply(dependencies);
  return (key, { round, replaces }) => {
    const end = endOfTry();
    return oneByOne.run(`${key.environment}/${key.registrationAuthority}`, async () => {
      const made = await enrolWithNextCard(dependencies, key, { round, ...defined({ replaces }) }, end).catch(
        (error: unknown) => supply.explain(key, error),
      );
      void supply.warn(key); // nothing waits for it
      return made;
    });
  };
}

/**
 * Tries the noted cards of a round in order, also those of other tries. A slow try may run beside the next one for a moment. Both then
 * use the same card, and the provider accepts it once.
 */
async function enrolWithNextCard(
  dependencies: Dependencies,
  key: RequestKey,
  { round, replaces }: Parameters<EnrolmentActivities['enrol']>[1],
  end: AbortSignal,
): ReturnType<EnrolmentActivities['enrol']> {
  const { archive } = dependencies;
  const known = await archive.readProvider(key);
  // Before the first video there is nothing older: it was made, or adopted, before Temporal forgot it.
  if (known && (round === 1 || (known.round ?? 0) >= round)) {
    const whole = known.scratchcard !== undefined; // else it was created, and could not be read
    return whole ? enrolled(dependencies, key, known) : takeOver(dependencies, key, known);
  }
  await assertNotFinished(dependencies, key, replaces);
  const usedElsewhere = new Set<string>();
  let fresh: string | undefined;
  for (let handedOut = 0; handedOut <= CARDS_PER_TRY;) {
    end.throwIfAborted();
    const card = (await archive.cards(key)).find((noted) => noted.round === round && !usedElsewhere.has(noted.sn));
    if (!card) {
      if (handedOut > 0) await pause(50 + 200 * Math.random()); // another worker's create may not be done yet, so its card is still "first"
      fresh = await noteFirstUnused(dependencies, key, round);
      usedElsewhere.delete(fresh); // the provider offers it again, so it is not used after all
      handedOut += 1;
      continue;
    }
    const order = { sn: card.sn, before: known?.requestPk };
    const requestPk = await (card.sn === fresh ? create : lookThenCreate)(dependencies, key, order);
    if (requestPk) return takeOver(dependencies, key, { requestPk, round });
    usedElsewhere.add(card.sn);
  }
  throw stepFailure('SCRATCHCARD_USED', 'Others had used every scratchcard that the provider offered.', {
    retry: true,
  });
}

/** The card to use, and the earlier request that the new one replaces. */
interface CreateOrder {
  sn: string;
  before: RequestPk | undefined;
}

/** Takes over an enrolment that an operator found. */
export function adoptEnrolment(dependencies: Dependencies): EnrolmentActivities['adoptEnrolment'] {
  return async (key, { requestPk }) => {
    const known = await dependencies.archive.readProvider(key);
    return takeOver(dependencies, key, { requestPk, ...defined({ round: known?.round }) });
  };
}

/** Notes the first unused card. Returns its serial number. */
async function noteFirstUnused(dependencies: Dependencies, key: RequestKey, round: number): Promise<string> {
  const { archive, config, registrationAuthority, sealPublicKey } = dependencies;
  const api = registrationAuthority(key.environment);
  const { sn, secrets } = await api.firstUnusedScratchcard(key.registrationAuthority);
  const { enrolment } = authorityOf(config, key);
  const sealed = sealedSecrets(enrolment?.secrets, secrets, sealPublicKey);
  await archive.noteCard(key, { round, sn, ...defined({ secrets: sealed }) });
  return sn;
}

/** For a card that another try noted and may have used: finds the request that it created, or creates one now. */
async function lookThenCreate(
  dependencies: Dependencies,
  key: RequestKey,
  order: CreateOrder,
): Promise<RequestPk | undefined> {
  const { sn } = order;
  const holder = await holderOf(dependencies, key, order);
  if (holder.ours) return holder.ours;
  const used = await dependencies.registrationAuthority(key.environment).isScratchcardUsed(sn);
  if (!used) return create(dependencies, key, order);
  if (!holder.listed) await assertNotOurs(dependencies, key, sn);
  return undefined;
}

/** The new request's pk. Undefined if somebody else used the card. */
async function create(dependencies: Dependencies, key: RequestKey, order: CreateOrder): Promise<RequestPk | undefined> {
  const { sn } = order;
  const { archive, registrationAuthority } = dependencies;
  const { profile, enrolment } = await archive.readRequest(key);
  const { email, phone } = await archive.readSigner(key);
  const first = await archive.mark(key, createMark(sn));
  try {
    const { requestPk } = await registrationAuthority(key.environment).createRequest({
      profile,
      scratchcard: sn,
      registrationAuthority: key.registrationAuthority,
      email,
      phone,
      secureElement: enrolment?.secureElement,
      validityTime: enrolment?.validityTime,
      fields: enrolment?.fields,
    });
    return requestPk;
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    if (first && error.kind !== 'unknown') await archive.unmark(key, createMark(sn)); // nothing is in doubt
    if (error.kind !== 'unknown' && error.code !== 'SCRATCHCARD_USED') throw error;
    const holder = await holderOf(dependencies, key, order);
    // Our first create was refused, so another try or workflow made the request. It will say so soon.
    if (first && error.kind === 'refused' && holder.ours && !holder.indexed) throw notTakenOver();
    if (holder.ours) return holder.ours;
    if (error.kind === 'unknown') throw stepFailure('PROVIDER_ANSWER_UNKNOWN', error.words, { retry: true });
    if (!first && !holder.listed) await assertNotOurs(dependencies, key, sn);
    return undefined;
  }
}

/**
 * A card is used, but no listed request has it. If we used it a moment ago, the request may be ours.
 *
 * @throws ApplicationFailure PROVIDER_ANSWER_UNKNOWN: look again
 */
async function assertNotOurs({ archive }: Dependencies, key: RequestKey, sn: string): Promise<void> {
  const sentAt = await archive.markedAt(key, createMark(sn));
  if (leftOf(LISTED_WITHIN, Date.parse(sentAt ?? ''), archive.now()) === 0) return;
  const words = 'The scratchcard is used, but the provider does not list its request yet.';
  throw stepFailure('PROVIDER_ANSWER_UNKNOWN', words, { retryIn: LOOK_AGAIN });
}

function notTakenOver(): Error {
  const words = 'The scratchcard is used by a request of the same signer that none of ours has taken over yet.';
  return stepFailure('PROVIDER_ANSWER_UNKNOWN', words, { retryIn: LOOK_AGAIN });
}

/** Whether a request with this card is listed. It is ours if signer and profile are the same and no other workflow owns it. */
async function holderOf(
  { archive, registrationAuthority }: Dependencies,
  key: RequestKey,
  { sn, before }: CreateOrder,
): Promise<{ listed: boolean; ours?: RequestPk; indexed?: boolean }> {
  const signer = await archive.readSigner(key);
  const { profile } = await archive.readRequest(key);
  const all = await registrationAuthority(key.environment).findRequests({ scratchcard: sn });
  for (const found of all) {
    if (found.requestPk === undefined || found.requestPk === before) continue;
    if (!isSameSigner(found, signer) || (found.profile ?? profile) !== profile) continue;
    const owner = await archive.readIndex(key.environment, found.requestPk);
    if (owner !== undefined && owner.workflowId !== workflowIdOf(key)) continue;
    return { listed: true, ours: found.requestPk, indexed: owner !== undefined };
  }
  return { listed: all.length > 0 };
}

/** The provider may write e-mail and phone differently (§4.10: a phone without its plus). */
function isSameSigner(
  found: { email: string | undefined; phone: string | undefined },
  { email, phone }: { email: string; phone: string },
): boolean {
  return found.email?.toLowerCase() === email.toLowerCase() && isSamePhone(found.phone ?? '', phone);
}

async function takeOver(
  dependencies: Dependencies,
  key: RequestKey,
  made: Pick<ProviderData, 'requestPk' | 'round'>,
): ReturnType<EnrolmentActivities['enrol']> {
  const { archive } = dependencies;
  const { requestPk } = made;
  const { flow, reference, attempt } = key;
  await archive.writeIndex(key.environment, requestPk, { workflowId: workflowIdOf(key), flow, reference, attempt });
  await archive.writeProvider(key, { requestPk, ...defined({ round: made.round }) }); // before a read that may fail
  const { scratchcard, videoidLink, videoidPk } = await dependencies
    .registrationAuthority(key.environment)
    .getRequest(requestPk);
  const provider: ProviderData = {
    requestPk,
    ...defined({ round: made.round, scratchcard, videoidPk, videoidLink: videoidLink?.reveal() }),
  };
  await archive.writeProvider(key, provider);
  return enrolled(dependencies, key, provider);
}

async function enrolled(
  dependencies: Dependencies,
  key: RequestKey,
  { requestPk, round }: ProviderData,
): ReturnType<EnrolmentActivities['enrol']> {
  const read = await providerRequest(dependencies, key, requestPk);
  return { requestPk, ...(await providerRead(dependencies, key, requestPk, read)), ...defined({ round }) };
}

/** Lets callers of one name go one after the other; others are not held up. */
class OneByOne {
  readonly #last = new Map<string, Promise<unknown>>();

  run<T>(name: string, work: () => Promise<T>): Promise<T> {
    const mine = (this.#last.get(name) ?? Promise.resolve()).then(work, work);
    this.#last.set(name, mine);
    return mine;
  }
}
