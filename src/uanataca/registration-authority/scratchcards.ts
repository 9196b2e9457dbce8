import { isFields } from '../answers/fields.js';
import type { Exchange } from '../exchange.js';
import type { RegistrationAuthorityAssumptions } from './assumptions.js';
import { type CallName, PATHS } from './calls.js';
import { pageOf } from './pages.js';
import { type Scratchcard, scratchcardIn, usedIn } from './schemas.js';

type Authority = Exchange<CallName>;

/** How many scratchcards a registration authority has. See the assumption `scratchcardList`. */
export interface ScratchcardCount {
  unused: number;
  /** The number in the list. */
  listed: number;
}

/** The first unused scratchcard. The call is a GET with a body (§8.1). */
export async function firstUnused(authority: Authority, registrationAuthority: string): Promise<Scratchcard> {
  const json = { ra: registrationAuthority };
  const answered = await authority.ask('firstUnused', { method: 'GET', path: PATHS.firstUnused, json });
  const { payload } = answered.envelope;
  if (isNothing(payload)) throw authority.refused('NO_SCRATCHCARD_LEFT', answered, 'the answer is empty');
  const card = scratchcardIn(payload);
  if (card === undefined) throw authority.unusable('firstUnused', answered, 'the answer has no scratchcard');
  if ((card.registrationAuthority ?? registrationAuthority) !== registrationAuthority) {
    const ours = 'the scratchcard is of another registration authority: does a proxy drop the body of GET?';
    throw authority.refused('PROVIDER_REFUSED', answered, ours);
  }
  return card;
}

/** A scratchcard by its serial number. */
export async function scratchcardNamed(authority: Authority, sn: string): Promise<Scratchcard | undefined> {
  const page = await pageOf(authority, 'scratchcards', { path: PATHS.scratchcards, query: { sn } });
  return page.results.map(scratchcardIn).find((card) => card?.sn === sn);
}

/** Counts the unused cards (§8.1): those in the list, minus those that requests took if it lists used cards too. */
export async function countOf(
  authority: Authority,
  registrationAuthority: string,
  { scratchcardList }: RegistrationAuthorityAssumptions,
): Promise<ScratchcardCount> {
  const query = { registration_authority: registrationAuthority };
  const { count: listed } = await pageOf(authority, 'scratchcards', { path: PATHS.scratchcards, query });
  if (scratchcardList === 'unused') return { unused: listed, listed };
  const { count: requests } = await pageOf(authority, 'requests', { path: PATHS.requests, query });
  return { unused: Math.max(0, listed - requests), listed };
}

/** Whether a request has taken the scratchcard (§8.1). */
export async function isUsed(authority: Authority, sn: string): Promise<boolean> {
  const answered = await authority.ask('isUsed', { method: 'POST', path: PATHS.isUsed, json: { sn } });
  const used = usedIn(answered.envelope.payload);
  if (used === undefined) throw authority.unusable('isUsed', answered, 'the answer is neither true nor false');
  return used;
}

function isNothing(payload: unknown): boolean {
  if (Array.isArray(payload)) return payload.length === 0;
  return payload === undefined || payload === null || (isFields(payload) && Object.keys(payload).length === 0);
}
