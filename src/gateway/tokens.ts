import type { Config } from '../config.js';
import { VideoIdError } from '../messages/failures.js';
import { resolveSecret } from '../security/secret.js';
import { KnownSecrets } from './known-secrets.js';
import { type HintSource, tokenDigest } from './webhooks/webhooks.js';

/**
 * Reads the webhook tokens of every registration authority. There may be none: slow polling is enough.
 *
 * @throws VideoIdError SECRET_NOT_FOUND; BAD_SETTING if a token can be guessed, or if two registration authorities have the same
 */
export async function readWebhookTokens(config: Config): Promise<KnownSecrets<HintSource>> {
  const entries: { secret: string; value: HintSource }[] = [];
  for (const [registrationAuthority, { environment, webhookTokens }] of Object.entries(
    config.registrationAuthorities,
  )) {
    for (const [index, reference] of webhookTokens.entries()) {
      const field = `registrationAuthorities.${registrationAuthority}.webhookTokens[${index}]`;
      const secret = await readToken(reference, field);
      const other = entries.find((entry) => entry.secret === secret)?.value.registrationAuthority;
      if (other !== undefined && other !== registrationAuthority) throw sameToken(other, registrationAuthority);
      const value = { environment, registrationAuthority, setting: field, digest: tokenDigest(secret) };
      entries.push({ secret, value });
    }
  }
  return new KnownSecrets(entries);
}

/**
 * Reads the tokens of the HTTP API.
 *
 * @throws VideoIdError SECRET_NOT_FOUND; BAD_SETTING if there is no token, or if one can be guessed
 */
export async function readApiTokens(config: Config): Promise<KnownSecrets<true>> {
  if (config.gateway.apiTokens.length === 0) {
    throw new VideoIdError('BAD_SETTING', 'The HTTP API has no token, so nobody could use it.', {
      field: 'gateway.apiTokens',
      remedy: 'Name a secret in gateway.apiTokens, or run only the webhook bridge with --only webhooks.',
    });
  }
  const secrets = await Promise.all(
    config.gateway.apiTokens.map((reference, index) => readToken(reference, `gateway.apiTokens[${index}]`)),
  );
  return new KnownSecrets(secrets.map((secret) => ({ secret, value: true as const })));
}

/** Shorter tokens can be guessed. Other characters are not allowed in headers or addresses. */
const TOKEN = /^[A-Za-z0-9._~+=:@!$&'()*,-]{32,512}$/;

async function readToken(reference: string, field: string): Promise<string> {
  const token = (await resolveSecret(reference, field)).reveal();
  if (TOKEN.test(token)) return token;
  throw new VideoIdError(
    'BAD_SETTING',
    token.length < 32
      ? `The token in ${field} has fewer than 32 characters.`
      : `The token in ${field} is longer than 512 characters, or has characters other than letters, digits and - . _ ~ + =`,
    { field, remedy: 'Make one with: openssl rand -hex 32' },
  );
}

function sameToken(one: string, other: string): VideoIdError {
  return new VideoIdError(
    'BAD_SETTING',
    `The registration authorities ${one} and ${other} have the same webhook token.`,
    {
      field: `registrationAuthorities.${other}.webhookTokens`,
      remedy: 'Give each its own token: the token says whose callback it is.',
    },
  );
}
