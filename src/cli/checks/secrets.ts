import type { Config } from '../../config.js';
import { loadKeyRing, loadSealPrivateKeys, loadSealPublicKey } from '../../security/keys.js';
import { loadOrderPublicKeys, loadOrderSigner } from '../../security/order-keys.js';
import { resolveSecret } from '../../security/secret.js';
import { readApiTokens, readWebhookTokens } from '../../gateway/tokens.js';
import { check, type Check } from './check.js';
import { type NamedFile, withFiles } from './files.js';

/** Checks the settings file, keys, tokens and all other secrets of the settings, and who else may read or write their files. */
export async function secretChecks(config: Config): Promise<Check[]> {
  const checks = [
    await settingsFileCheck(),
    await codecCheck(config),
    await sealCheck(config),
    await ordersCheck(config),
  ];
  for (const [field, references] of namedSecrets(config)) {
    checks.push(
      await check(field, async () => {
        for (const reference of references) await resolveSecret(reference, field);
        const words = references.length === 1 ? 'is there' : `all ${references.length} are there`;
        return await withFiles({ words }, references.map(asSecret));
      }),
    );
  }
  return [...checks, ...(await tokenChecks(config)), ...reviewChecks(config)];
}

async function settingsFileCheck(): Promise<Check> {
  const path = process.env['VIDEOID_CONFIG'];
  return await check('settings file', async () =>
    path
      ? await withFiles({ words: path }, [{ reference: `file:${path}`, secret: false }])
      : { words: 'none; the settings come from variables' },
  );
}

/** Whether tokens can be guessed. */
async function tokenChecks(config: Config): Promise<Check[]> {
  const api = config.gateway.apiTokens;
  const webhooks = Object.values(config.registrationAuthorities).flatMap(({ webhookTokens }) => webhookTokens);
  const checks: Check[] = [];
  const add = async (name: string, references: readonly string[], read: () => Promise<unknown>): Promise<void> => {
    if (references.length === 0) return;
    const one = await check(name, async () => {
      await read();
      return await withFiles({ words: `${references.length}, long enough` }, references.map(asSecret));
    });
    checks.push(one);
  };
  await add('tokens of the API', api, () => readApiTokens(config));
  await add('webhook tokens', webhooks, () => readWebhookTokens(config));
  return checks;
}

function asSecret(reference: string): NamedFile {
  return { reference, secret: true };
}

/** The private half is secret. The public half must only be protected against changes. */
function filesOfPairs(pairs: readonly { publicKey: string; privateKey?: string | undefined }[]): NamedFile[] {
  return pairs.flatMap(({ publicKey, privateKey }) => [
    { reference: publicKey, secret: false },
    { reference: privateKey, secret: true },
  ]);
}

async function codecCheck({ keys }: Config): Promise<Check> {
  return await check('codec keys', async () => {
    if (!keys.encryptPayloads) {
      return {
        state: 'warn',
        words: 'data in Temporal is not encrypted, and anybody may forge the answer of a step',
        remedy: 'Set keys.encryptPayloads to true and give a key: videoid setup --keys DIRECTORY.',
      };
    }
    const { current, keys: all } = await loadKeyRing(keys.codec);
    const files = keys.codec.map(({ key }) => asSecret(key));
    return await withFiles({ words: `${all.size} key(s), ${current} encrypts` }, files);
  });
}

async function sealCheck({ keys }: Config): Promise<Check> {
  return await check('seal keys', async () => {
    const { id } = await loadSealPublicKey(keys.seal);
    const files = filesOfPairs(keys.seal);
    if (keys.seal.every(({ privateKey }) => privateKey === undefined)) {
      const remedy = 'Right for a client or gateway. A worker needs the private key.';
      return await withFiles({ state: 'warn', words: `sealing to ${id}; no private key here`, remedy }, files);
    }
    const opening = await loadSealPrivateKeys(keys.seal);
    return await withFiles({ words: `sealing to ${id}, opening ${[...opening.keys()].join(', ')}` }, files);
  });
}

async function ordersCheck({ keys }: Config): Promise<Check> {
  return await check('orders keys', async () => {
    if (!keys.encryptPayloads && keys.orders.length === 0) {
      return {
        state: 'warn',
        words: 'nothing is signed: anybody who can write to Temporal can start and steer requests',
        remedy: 'Give a key in keys.orders: videoid setup --keys DIRECTORY.',
      };
    }
    const known = [...(await loadOrderPublicKeys(keys.orders)).keys()];
    const files = filesOfPairs(keys.orders);
    if (keys.orders.every(({ privateKey }) => privateKey === undefined)) {
      const words = `accepts signatures by ${known.join(', ')}; no private key here`;
      const remedy = 'Right for a worker, and for reading. To start or steer requests, give the private key.';
      return await withFiles({ state: 'warn', words, remedy }, files);
    }
    const { id } = await loadOrderSigner(keys.orders);
    return await withFiles({ words: `${id} signs; accepts signatures by ${known.join(', ')}` }, files);
  });
}

/** Every secret reference of the settings except keys and tokens, by its setting. */
function namedSecrets(config: Config): [string, string[]][] {
  const { tls, apiKey } = config.temporal;
  const named: [string, (string | undefined)[]][] = [
    ['temporal.tls', [tls?.ca, tls?.certificate, tls?.key]],
    ['temporal.apiKey', [apiKey]],
  ];
  for (const [name, { registrationAuthorityApi: api, proxy }] of Object.entries(config.environments)) {
    named.push([`environments.${name}.proxy`, [proxy?.username, proxy?.password]]);
    if (api === undefined) continue;
    named.push([`environments.${name}.registrationAuthorityApi.proxy`, [api.proxy?.username, api.proxy?.password]]);
    named.push([`environments.${name}.registrationAuthorityApi`, [api.certificate, api.key, api.passphrase]]);
  }
  for (const [id, authority] of Object.entries(config.registrationAuthorities)) {
    const place = `registrationAuthorities.${id}`;
    named.push([`${place}.billing`, [authority.billing?.username, authority.billing?.password]]);
    for (const [name, { username, password, pin, token }] of Object.entries(authority.officers)) {
      named.push([`${place}.officers.${name}`, [username, password, pin, token]]);
    }
  }
  return named.flatMap(([field, references]): [string, string[]][] => {
    const given = references.filter((each) => each !== undefined);
    return given.length === 0 ? [] : [[field, given]];
  });
}

/** Checks that each registration authority has what its review mode needs. */
function reviewChecks(config: Config): Check[] {
  return Object.entries(config.registrationAuthorities).map(([id, { review, officers, webhookTokens }]): Check => {
    const name = `review of ${id}`;
    const hooks = webhookTokens.length === 0 ? '; no webhook token, so only slow polling sees changes' : '';
    if (review.mode === 'manual' && Object.keys(officers).length === 0) {
      return {
        name,
        state: 'fail',
        words: 'manual, but no officer who could decide',
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
