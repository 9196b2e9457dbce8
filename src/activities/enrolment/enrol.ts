import { setTimeout as pause } from 'node:timers/promises';
import type { ProviderData } from '../../archive/archive.js';
import type { EnrolmentActivities } from '../../messages/activities.js';
import { defined } from '../../messages/defined.js';
import { type RequestKey, type RequestPk, workflowIdOf } from '../../messages/request.js';
import { ProviderError } from '../../uanataca/errors.js';
import { authorityOf, type Dependencies } from '../engine/dependencies.js';
import { sealedSecrets } from './secrets.js';
import { endOfTry, providerStatus } from '../engine/provider-step.js';
import { ScratchcardSupply } from './scratchcard-supply.js';
import { stepFailure } from '../engine/failures.js';
import { Turns } from '../turns.js';

/** Milliseconds: so long after a create its request may be missing in the list of requests. */
const LISTED_WITHIN = 60_000;
/** Milliseconds between two looks at that list. */
const LOOK_AGAIN = 5000;

/** "First unused" does not reserve (§8.1): so often another worker may be faster before the step is tried again later. */
const CARDS_PER_TRY = 20;

/**
 * Seed steps 1 and 2. Inside a process one enrolment of a registration authority goes after the other; between processes a
 * card that somebody else used is passed over. A card is noted before it is used, so that a create whose answer was lost
 * is found by its card and taken over: no card and no request is lost or doubled.
 */
export function enrol(dependencies: Dependencies): EnrolmentActivities['enrol'] {
  const turns = new Turns();
  const supply = new ScratchcardSupply(dependencies);
  return (key, { round }) => {
    const end = endOfTry();
    return turns.take(`${key.environment}/${key.registrationAuthority}`, async () => {
      const made = await enrolInTurn(dependencies, key, round, end).catch((error: unknown) =>
        supply.explain(key, error),
      );
      void supply.warn(key); // nothing waits for it
      return made;
    });
  };
}

/**
 * The cards noted for a round are gone through in the order of their notes, whoever made them. A slow try that the server gave
 * up, and that is beside the next one for a moment, comes to the same card: the provider takes it once.
 */
async function enrolInTurn(
  dependencies: Dependencies,
  key: RequestKey,
  round: number,
  end: AbortSignal,
): ReturnType<EnrolmentActivities['enrol']> {
  const { archive } = dependencies;
  const known = await archive.readProvider(key);
  if (known && (known.round ?? 0) >= round) return enrolled(dependencies, key, known);
  const usedElsewhere = new Set<string>();
  let fresh: string | undefined;
  for (let handedOut = 0; handedOut <= CARDS_PER_TRY;) {
    end.throwIfAborted();
    const card = (await archive.cards(key)).find((noted) => noted.round === round && !usedElsewhere.has(noted.sn));
    if (!card) {
      if (handedOut > 0) await pause(50 + 200 * Math.random()); // the faster one's create may still be under way, and the card still "first"
      fresh = await noteFirstUnused(dependencies, key, round);
      usedElsewhere.delete(fresh); // handed out once more: it is not used after all
      handedOut += 1;
      continue;
    }
    const order = { sn: card.sn, before: known?.requestPk };
    const requestPk = await (card.sn === fresh ? create : lookThenCreate)(dependencies, key, order);
    if (requestPk) return takeOver(dependencies, key, { requestPk, round });
    usedElsewhere.add(card.sn);
  }
  throw stepFailure('SCRATCHCARD_USED', 'Every scratchcard that was handed out had been used by somebody else.', {
    retry: true,
  });
}

/** A card to create with, and the request that the one to be created is to follow. */
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

/** Its serial number. */
async function noteFirstUnused(dependencies: Dependencies, key: RequestKey, round: number): Promise<string> {
  const { archive, config, registrationAuthority, sealPublicKey } = dependencies;
  const api = registrationAuthority(key.environment);
  const { sn, secrets } = await api.firstUnusedScratchcard(key.registrationAuthority);
  const { enrolment } = authorityOf(config, key);
  const sealed = sealedSecrets(enrolment?.secrets, secrets, sealPublicKey);
  await archive.noteCard(key, { round, sn, ...defined({ secrets: sealed }) });
  return sn;
}

/** For a card that another try has noted, and may have used: what it created, or what is created now. */
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

/** The new request's pk; nothing when the card turned out to be used by somebody else. */
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
    // Asked for the first time, and refused: another try of ours made it, or another workflow, which is about to say so.
    if (first && error.kind === 'refused' && holder.ours && !holder.indexed) throw notTakenOver();
    if (holder.ours) return holder.ours;
    if (error.kind === 'unknown') throw stepFailure('PROVIDER_ANSWER_UNKNOWN', error.words, { retry: true });
    if (!first && !holder.listed) await assertNotOurs(dependencies, key, sn);
    return undefined;
  }
}

/**
 * A card that is used by no request on the list, soon after we asked for one with it, may be our own.
 *
 * @throws ApplicationFailure PROVIDER_ANSWER_UNKNOWN: look again
 */
async function assertNotOurs({ archive }: Dependencies, key: RequestKey, sn: string): Promise<void> {
  const sentAt = await archive.markedAt(key, createMark(sn));
  if (sentAt === undefined || Date.parse(sentAt) + LISTED_WITHIN < Date.now()) return;
  const words = 'The scratchcard is used, and the provider does not list the request that was created with it yet.';
  throw stepFailure('PROVIDER_ANSWER_UNKNOWN', words, { retryIn: LOOK_AGAIN });
}

function notTakenOver(): Error {
  const words = 'The scratchcard is used by a request of the same signer that nobody has taken over yet.';
  return stepFailure('PROVIDER_ANSWER_UNKNOWN', words, { retryIn: LOOK_AGAIN });
}

function createMark(sn: string): string {
  return `create-${sn}`;
}

/** Whether a request with this card is on the list, and its pk if it is ours: same signer and profile, and no other workflow's. */
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

/** The provider may write e-mail and phone in its own way (§4.10: a phone without its plus). */
function isSameSigner(
  found: { email: string | undefined; phone: string | undefined },
  { email, phone }: { email: string; phone: string },
): boolean {
  return found.email?.toLowerCase() === email.toLowerCase() && digitsOf(found.phone ?? '') === digitsOf(phone);
}

function digitsOf(phone: string): string {
  return phone.replaceAll(/\D/g, '').replace(/^00/, '');
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
  const { scratchcard, videoidLink, videoidPk } = await dependencies
    .registrationAuthority(key.environment)
    .getRequest(requestPk);
  const provider: ProviderData = {
    ...made,
    ...defined({ scratchcard, videoidPk, videoidLink: videoidLink?.reveal() }),
  };
  await archive.writeProvider(key, provider);
  return enrolled(dependencies, key, provider);
}

async function enrolled(
  dependencies: Dependencies,
  key: RequestKey,
  { requestPk }: ProviderData,
): ReturnType<EnrolmentActivities['enrol']> {
  return { requestPk, status: await providerStatus(dependencies, key, requestPk) };
}
