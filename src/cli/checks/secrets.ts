import type { Config } from '../../config.js';
import { loadKeyRing, loadSealPrivateKeys, loadSealPublicKey } from '../../security/keys.js';
import { loadOrderPublicKeys, loadOrderSigner } from '../../security/order-keys.js';
import { resolveSecret } from '../../security/secret.js';
import { check, type Check } from './check.js';

/** Keys, and every secret that the settings name. */
export async function secretChecks(config: Config): Promise<Check[]> {
  const checks = [await codecCheck(config), await sealCheck(config), await ordersCheck(config)];
  for (const [field, references] of namedSecrets(config)) {
    checks.push(
      await check(field, async () => {
        for (const reference of references) await resolveSecret(reference);
        return { words: references.length === 1 ? 'is there' : `all ${references.length} are there` };
      }),
    );
  }
  return [...checks, ...reviewChecks(config)];
}

async function codecCheck({ keys }: Config): Promise<Check> {
  return await check('codec keys', async () => {
    if (!keys.encryptPayloads) {
      return {
        state: 'warn',
        words: 'what passes through Temporal is not encrypted, and an answer of a step may be anybody’s',
        remedy: 'Set keys.encryptPayloads to true and give a key: videoid setup --keys DIRECTORY.',
      };
    }
    const { current, keys: all } = await loadKeyRing(keys.codec);
    return { words: `${all.size} key(s), ${current} encrypts` };
  });
}

async function sealCheck({ keys }: Config): Promise<Check> {
  return await check('seal keys', async () => {
    const { id } = await loadSealPublicKey(keys.seal);
    if (keys.seal.every(({ privateKey }) => privateKey === undefined)) {
      return {
        state: 'warn',
        words: `sealing to ${id}; no private key here`,
        remedy: 'Right for a client or gateway. A worker needs the private key.',
      };
    }
    const opening = await loadSealPrivateKeys(keys.seal);
    return { words: `sealing to ${id}, opening ${[...opening.keys()].join(', ')}` };
  });
}

async function ordersCheck({ keys }: Config): Promise<Check> {
  return await check('orders keys', async () => {
    if (!keys.encryptPayloads && keys.orders.length === 0) {
      return {
        state: 'warn',
        words: 'nothing is signed: whoever can write to Temporal can start and steer requests',
        remedy: 'Give a key in keys.orders: videoid setup --keys DIRECTORY.',
      };
    }
    const known = [...(await loadOrderPublicKeys(keys.orders)).keys()];
    if (keys.orders.every(({ privateKey }) => privateKey === undefined)) {
      return {
        state: 'warn',
        words: `taking what ${known.join(', ')} signed; no private key here`,
        remedy: 'Right for a worker, and to read. Who starts or steers requests needs the private key.',
      };
    }
    const { id } = await loadOrderSigner(keys.orders);
    return { words: `${id} signs, ${known.join(', ')} count` };
  });
}

/** Every secret reference of the settings, by the setting it belongs to. */
function namedSecrets(config: Config): [string, string[]][] {
  const { tls, apiKey } = config.temporal;
  const named: [string, (string | undefined)[]][] = [
    ['temporal.tls', [tls?.ca, tls?.certificate, tls?.key]],
    ['temporal.apiKey', [apiKey]],
    ['gateway.apiTokens', config.gateway.apiTokens],
  ];
  for (const [name, { registrationAuthorityApi: api }] of Object.entries(config.environments)) {
    if (api === undefined) continue;
    named.push([`environments.${name}.registrationAuthorityApi`, [api.certificate, api.key, api.passphrase]]);
  }
  for (const [id, authority] of Object.entries(config.registrationAuthorities)) {
    const place = `registrationAuthorities.${id}`;
    named.push([`${place}.billing`, [authority.billing?.username, authority.billing?.password]]);
    named.push([`${place}.webhookTokens`, authority.webhookTokens]);
    for (const [name, { username, password, pin, token }] of Object.entries(authority.officers)) {
      named.push([`${place}.officers.${name}`, [username, password, pin, token]]);
    }
  }
  return named.flatMap(([field, references]): [string, string[]][] => {
    const given = references.filter((each) => each !== undefined);
    return given.length === 0 ? [] : [[field, given]];
  });
}

/** What the review mode of each registration authority needs. */
function reviewChecks(config: Config): Check[] {
  return Object.entries(config.registrationAuthorities).map(([id, { review, officers, webhookTokens }]): Check => {
    const name = `review of ${id}`;
    const hooks = webhookTokens.length === 0 ? '; no webhook token, so the slow poll alone sees changes' : '';
    if (review.mode === 'manual' && Object.keys(officers).length === 0) {
      return {
        name,
        state: 'fail',
        words: 'manual, and nobody who could decide here',
        remedy: `Add an officer to registrationAuthorities.${id}.officers, or set the review mode to at-provider.`,
      };
    }
    return hooks === ''
      ? { name, state: 'ok', words: review.mode }
      : {
          name,
          state: 'warn',
          words: `${review.mode}${hooks}`,
          remedy: `Set registrationAuthorities.${id}.webhookTokens and give the address to the provider.`,
        };
  });
}
