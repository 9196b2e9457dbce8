import type { Exchange, Finding, FoundSetting } from './file.js';
import { type Seen, evidenceOf, fieldOf, has, refuses, wordsOf } from './seen.js';

/** What a probe says about one assumption. The name is added by the list. */
export type Verdict = Omit<Finding, 'assumption'>;

/** Concludes from what was seen. */
export type Conclude = (seen: Seen) => Verdict;

export function notSeen(evidence: string): Verdict {
  return { verdict: 'not-seen', evidence };
}

export function confirmed(evidence: string, setting?: FoundSetting): Verdict {
  return { verdict: 'confirmed', evidence, ...(setting === undefined ? {} : { setting }) };
}

export function contradicted(evidence: string, setting?: FoundSetting): Verdict {
  return { verdict: 'contradicted', evidence, ...(setting === undefined ? {} : { setting }) };
}

/** Evidence of several exchanges. */
export function because(...exchanges: readonly (Exchange | undefined)[]): string {
  const found = exchanges.filter((exchange) => exchange !== undefined).map(evidenceOf);
  return found.length === 0 ? 'nothing was tried' : found.join('; ');
}

/** The side of an assumption: confirmed if it is the default. */
export function side<Side extends string | boolean>(found: Side, assumed: Side, evidence: string): Verdict {
  return found === assumed ? confirmed(evidence, found) : contradicted(evidence, found);
}

/** All findings, by the names of the assumptions. */
export function conclude(
  conclusions: Readonly<Record<string, Conclude>>,
  names: readonly string[],
  seen: Seen,
): Finding[] {
  return names.map((assumption) => ({
    assumption,
    ...(conclusions[assumption]?.(seen) ?? notSeen('a probe cannot see this')),
  }));
}

/**
 * Whether a list of words holds those with which the provider refuses. `expected` says whether the product has understood.
 *
 * @param defaults the words that the list has by default: they are kept
 * @param speaks whether a refusal may be the one that is meant
 */
export function wordsListed(
  exchanges: readonly Exchange[],
  expected: (exchange: Exchange) => boolean,
  defaults: readonly string[],
  speaks = speaksOfTheRequest,
): Verdict {
  const understood = exchanges.find(expected);
  if (understood !== undefined) return confirmed(because(understood));
  const refused = exchanges.filter(speaks);
  const [first] = refused;
  if (first === undefined) return notSeen(because(...exchanges));
  const words = refused.flatMap((exchange) => wordsOf(exchange) ?? []);
  const different = [...new Map(words.map((each) => [JSON.stringify(each), each])).values()];
  if (different.length === 0) return contradicted(`${because(first)}: the refusal has no words that a list can name`);
  return contradicted(because(...refused), [...defaults, ...different]);
}

/** Refusals that say nothing about the request: something does not exist, is too large, or the server has trouble. */
const OTHER_REASONS = new Set([404, 405, 408, 410, 413, 415, 500]);

function speaksOfTheRequest(exchange: Exchange): boolean {
  const { status, read } = exchange.answer ?? {};
  if (status === 429) return read?.origin !== 'foreign';
  return isInWords(exchange) && !OTHER_REASONS.has(status ?? 0);
}

/** Words of every server. */
const GENERAL = new Set(['Not Found', 'Method Not Allowed', 'Internal Server Error']);

/** Whether a refusal is in words of its own. The Registration Authority API refuses mistakes of the caller with 404 and 500 (§2.3). */
export function isInWords(exchange: Exchange): boolean {
  const { read, words } = exchange.answer ?? {};
  return refuses(exchange) && read?.bare !== true && !GENERAL.has(words?.is ?? '');
}

/** The words with which calls are refused that came too early or too late. */
export function wrongStatus(seen: Seen, outOfTime: readonly string[], defaults: readonly string[]): Verdict {
  const tried = seen.all(...outOfTime);
  const understood = tried.find(has('REQUEST_STATUS_REFUSED'));
  if (understood !== undefined) return confirmed(because(understood));
  // A read may be refused for other reasons. After a signature, the words may be those of a certificate that was issued before.
  const writes = tried.filter(
    ({ method, outcome, step }) => method !== 'GET' && step !== 'signed' && outcome?.code !== 'CREDENTIALS_REFUSED',
  );
  return wordsListed(writes, has('REQUEST_STATUS_REFUSED'), defaults);
}

/** Whether get request shows the current status. */
export function liveStatus(seen: Seen): Verdict {
  const hidden = seen.notes('not-shown').map(({ step }) => step);
  const { statuses } = seen;
  const told = `get request showed ${statuses.join(', ') || 'no status'}`;
  if (hidden.length > 0) return contradicted(`${told}; it did not show the end of ${hidden.join(', ')}`);
  return statuses.includes('VIDEOREVIEW') || statuses.includes('ENROLLREADY') ? confirmed(told) : notSeen(told);
}

/** The assumptions that both APIs have. */
export const COMMON_CONCLUSIONS: Readonly<Record<string, Conclude>> = {
  status503IsUnknownOnWrites(seen) {
    const busy = seen.every.filter(({ answer, method }) => answer?.status === 503 && method !== 'GET');
    return notSeen(
      busy.length === 0
        ? 'no 503 came'
        : `${because(...busy)}: one answer does not tell whether the call was carried out`,
    );
  },
  answersAreJson(seen) {
    const refused = seen.every.filter(refuses);
    const foreign = refused.filter(({ answer }) => answer?.form !== 'json');
    const places = new Set(foreign.map(({ method, path }) => `${method} ${path.replace(/\/$/, '')}`));
    if (refused.length === 0) return notSeen('nothing was refused');
    if (foreign.length === 0) return confirmed(`${refused.length} refusals, all of them in JSON`, true);
    // One page may come from something in between.
    if (places.size < 2) return notSeen(`${because(...foreign.slice(0, 4))}; the others in JSON`);
    return contradicted(because(...foreign.slice(0, 4)), false);
  },
  unknownRefusals(seen) {
    const refused = seen.every.filter((each) => refuses(each) && each.answer?.form === 'json');
    const either = refused.filter(({ outcome }) => outcome?.either === true);
    const occasions = new Set(either.map(({ occasion }) => occasion));
    if (refused.length < 3) return notSeen(`${refused.length} refusals in JSON are too few`);
    if (seen.assumed('unknownRefusals') === 'provider')
      return notSeen('the settings take every refusal for the provider’s');
    if (either.length === 0) return confirmed(`${refused.length} refusals, all in a form of the provider`, 'either');
    if (occasions.size < 2) return notSeen(`only ${because(...either)} came in a form that others use too`);
    return contradicted(`${because(...either.slice(0, 4))}: the provider itself refuses in such a form`, 'provider');
  },
  countryName(seen) {
    const shown = seen
      .all('read', 'read-cancelled')
      .map((each) => [each, fieldOf(each.answer?.body, 'country_name')] as const)
      .find(([, shape]) => shape?.type === 'string' && /^[A-Z]{2}$/.test(shape.is ?? ''));
    const [exchange, shape] = shown ?? [];
    if (exchange !== undefined && shape?.type === 'string' && shape.is !== undefined)
      return side(shape.is, 'ES', because(exchange));
    const updated = seen.last('update-required');
    const sent = seen.assumed('countryName') ?? 'ES';
    if (updated?.outcome?.result !== undefined)
      return confirmed(`${because(updated)}, with the country of the settings`, sent);
    return notSeen('get request does not show a country');
  },
  raoAsString(seen) {
    const [first, other] = [seen.last('approve'), seen.last('approve-rao-number')];
    if (other?.outcome?.result !== undefined) return side(sendsRaoAsString(other), true, because(first, other));
    if (first?.outcome?.result !== undefined) return confirmed(because(first), sendsRaoAsString(first));
    return notSeen(because(first, other));
  },
};

function sendsRaoAsString({ body }: Exchange): boolean {
  return fieldOf(body, 'rao')?.type !== 'number';
}
