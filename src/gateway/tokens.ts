import type { Config } from '../config.js';
import { VideoIdError } from '../messages/failures.js';
import { resolveSecret } from '../security/secret.js';
import { KnownSecrets } from './known-secrets.js';
import type { HintSource } from './webhooks.js';

/**
 * Reads the webhook tokens of every registration authority. None is no error: the slow poll is enough to go on.
 *
 * @throws VideoIdError SECRET_NOT_FOUND; BAD_SETTING when two registration authorities have the same
 */
export async function readWebhookTokens(config: Config): Promise<KnownSecrets<HintSource>> {
  const entries: { secret: string; value: HintSource }[] = [];
  for (const [registrationAuthority, { environment, webhookTokens }] of Object.entries(
    config.registrationAuthorities,
  )) {
    for (const [index, reference] of webhookTokens.entries()) {
      const field = `registrationAuthorities.${registrationAuthority}.webhookTokens[${index}]`;
      const secret = (await resolveSecret(reference, field)).reveal();
      const other = entries.find((entry) => entry.secret === secret)?.value.registrationAuthority;
      if (other !== undefined && other !== registrationAuthority) throw sameToken(other, registrationAuthority);
      entries.push({ secret, value: { environment, registrationAuthority } });
    }
  }
  return new KnownSecrets(entries);
}

/**
 * Reads the tokens of the HTTP API.
 *
 * @throws VideoIdError SECRET_NOT_FOUND; BAD_SETTING when there is none
 */
export async function readApiTokens(config: Config): Promise<KnownSecrets<true>> {
  if (config.gateway.apiTokens.length === 0) {
    throw new VideoIdError('BAD_SETTING', 'The HTTP API has no token, so nobody could use it.', {
      field: 'gateway.apiTokens',
      remedy: 'Name a secret in gateway.apiTokens, or run the webhook bridge alone with --only webhooks.',
    });
  }
  const secrets = await Promise.all(
    config.gateway.apiTokens.map((reference, index) => resolveSecret(reference, `gateway.apiTokens[${index}]`)),
  );
  return new KnownSecrets(secrets.map((secret) => ({ secret: secret.reveal(), value: true as const })));
}

function sameToken(one: string, other: string): VideoIdError {
  return new VideoIdError(
    'BAD_SETTING',
    `The registration authorities ${one} and ${other} have the same webhook token.`,
    {
      field: `registrationAuthorities.${other}.webhookTokens`,
      remedy: 'Give each a token of its own: the token tells whose callback it is.',
    },
  );
}
