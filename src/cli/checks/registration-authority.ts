import type { Config, EnvironmentConfig, RegistrationAuthorityConfig } from '../../config.js';
import { validUntil } from '../../network/client-certificate.js';
import { soundIdentityFrom } from '../../uanataca/http/connector.js';
import { RegistrationAuthorities } from '../../uanataca/registration-authority/registration-authorities.js';
import { span } from '../../messages/span.js';
import { check, type Check } from './check.js';
import { asked, quickly } from './provider.js';

/** Milliseconds. The provider's staff needs some days for a new certificate of an API user. */
const RENEW_BEFORE = 30 * 86_400_000;

/**
 * Checks for enrolments: the Registration Authority API of every environment, and the settings of every registration authority.
 *
 * @param withoutCard the registration authorities of the enrolments that got no scratchcard, one for each
 */
export async function enrolmentChecks(
  { environments, registrationAuthorities, keys }: Config,
  withoutCard: readonly (string | undefined)[],
): Promise<Check[]> {
  const apis = new RegistrationAuthorities(quickly(environments));
  const silent = new Set<string>();
  const ofApi = async (name: string, api: Api | undefined): Promise<Check[]> => {
    if (api === undefined) return [];
    const answer = await apiCheck(apis, name);
    if (answer.state === 'fail') silent.add(name);
    return [await certificateCheck(name, api), answer];
  };
  const ofAuthority = async (id: string, authority: RegistrationAuthorityConfig): Promise<Check[]> => {
    const { environment, enrolment } = authority;
    if (enrolment === undefined) return [];
    const settings = [officersCheck(id, authority), secretsCheck(id, enrolment, keys.seal.length > 0)];
    const waiting = withoutCard.filter((each) => each === id).length;
    if (silent.has(environment) && waiting === 0) return settings;
    return [...settings, await scratchcardsCheck(apis, id, authority, enrolment, waiting)];
  };
  try {
    const found = Object.entries(environments).map(([name, each]) => ofApi(name, each.registrationAuthorityApi));
    const checks = (await Promise.all(found)).flat();
    const known = Object.entries(registrationAuthorities).map(([id, authority]) => ofAuthority(id, authority));
    return [...checks, ...(await Promise.all(known)).flat()];
  } finally {
    await apis.close();
  }
}

type Api = Exclude<EnvironmentConfig['registrationAuthorityApi'], undefined>;
type Enrolment = Exclude<RegistrationAuthorityConfig['enrolment'], undefined>;

async function certificateCheck(name: string, api: Api): Promise<Check> {
  const field = `environments.${name}.registrationAuthorityApi`;
  return await check(`API user of ${name}`, async () => {
    const identity = await soundIdentityFrom(api, field);
    const left = (validUntil(identity)?.getTime() ?? 0) - Date.now();
    const words = `the client certificate is good for ${span(left)}`;
    const remedy = `Ask the provider for a new one and put it where ${field}.certificate says; no restart is needed.`;
    return left < RENEW_BEFORE ? { state: 'warn', words, remedy } : { words };
  });
}

async function apiCheck(apis: RegistrationAuthorities, name: string): Promise<Check> {
  return await check(`Registration Authority API ${name}`, async () => {
    const api = apis.of(name);
    await asked(`environments.${name}.registrationAuthorityApi`, () => api.ping());
    return { words: `${api.origin} answers and takes the client certificate` };
  });
}

async function scratchcardsCheck(
  apis: RegistrationAuthorities,
  id: string,
  { environment }: RegistrationAuthorityConfig,
  { fewScratchcards }: Enrolment,
  waiting: number,
): Promise<Check> {
  return await check(`scratchcards of ${id}`, async () => {
    // The list may count cards that are used or reserved.
    if (waiting > 0) {
      return {
        state: 'fail',
        words: `none is left, and ${waiting} enrolment(s) wait for one`,
        remedy: 'Ask the provider for more. Then: videoid resolve --code NO_SCRATCHCARD_LEFT --all --yes',
      };
    }
    const { unused } = await asked(`registrationAuthorities.${id}`, () => apis.of(environment).countScratchcards(id));
    const words = `${unused} unused, as far as the list says`;
    if (unused > fewScratchcards) return { words };
    const remedy = 'Ask the provider for more: every enrolment, and every new video of one, takes one.';
    return { state: unused === 0 ? 'fail' : 'warn', words, remedy };
  });
}

/** Declaration, contract and approval name an officer. They need username, password and PIN (§8.2, §8.3). */
function officersCheck(id: string, { officers, review }: RegistrationAuthorityConfig): Check {
  const name = `officers of ${id}`;
  const field = `registrationAuthorities.${id}.officers`;
  const known = Object.entries(officers);
  if (known.length === 0) {
    return { name, state: 'fail', words: 'none, but an enrolment needs one', remedy: `Add an officer to ${field}.` };
  }
  const deciding = review.mode === 'automatic' ? known.filter(([each]) => each === review.officer) : known;
  const without = deciding.filter(([, { username }]) => username === undefined).map(([each]) => each);
  if (without.length === 0 || review.mode === 'at-provider') return { name, state: 'ok', words: `${known.length}` };
  return {
    name,
    state: without.length === deciding.length ? 'fail' : 'warn',
    words: `${without.join(', ')} cannot approve enrolments: a token is not enough`,
    remedy: `Give username, password and PIN in ${field}.`,
  };
}

function secretsCheck(id: string, { secrets }: Enrolment, canSeal: boolean): Check {
  const name = `certificate codes of ${id}`;
  const field = `registrationAuthorities.${id}.enrolment.secrets`;
  if (secrets === 'seal') {
    return canSeal
      ? { name, state: 'ok', words: 'kept sealed' }
      : { name, state: 'fail', words: 'to be sealed, but there is no seal key', remedy: 'Give a key in keys.seal.' };
  }
  const words = 'dropped, so nobody here can revoke a certificate';
  return {
    name,
    state: secrets === 'drop' ? 'ok' : 'warn',
    words,
    ...(secrets ? {} : { remedy: `Choose in ${field}.` }),
  };
}
