import { writeFileSync } from 'node:fs';
import { webhookAddress } from '../../local/local-config.js';
import { AUTHORITIES, type Installation, OFFICER } from '../installation/installation.js';

/** Registration authorities with a problem, in addition to those of the local stack. */
export const WRONG = {
  password: '142',
  pin: '143',
  billing: '144',
  twoSteps: '145',
  scratchcards: '146',
  webhook: '147',
  typedPin: '148',
} as const;

export type Authority = Record<'billing', Record<string, string>> & {
  officers: Record<string, Record<string, string>>;
  webhookTokens: string[];
};

/** The references of the wrong secrets, by authority. */
const secretFiles = new Map<string, string>();

/** A reference to a separate secret, which differs from what the provider knows or does not exist. */
function ownSecret(id: string, reference = '', content?: string): string {
  const file = `${reference.replace('file:', '')}-${id}`;
  secretFiles.set(id, file);
  if (content !== undefined) writeFileSync(file, content, { mode: 0o600 });
  return `file:${file}`;
}

/** Puts them into the settings of an installation. */
export function withWrongAuthorities(settings: Record<string, unknown>): void {
  const authorities = settings['registrationAuthorities'] as Record<string, Authority>;
  for (const id of Object.values(WRONG)) {
    const authority = structuredClone(authorities[AUTHORITIES.manual]);
    if (authority === undefined) throw new Error('no authority');
    const officer = authority.officers[OFFICER] ?? {};
    if (id === WRONG.password) officer['password'] = ownSecret(id, officer['password'], 'not-the-password');
    if (id === WRONG.pin) officer['pin'] = ownSecret(id, officer['pin']);
    if (id === WRONG.typedPin) delete officer['pin'];
    if (id === WRONG.billing) {
      authority.billing['password'] = ownSecret(id, authority.billing['password'], 'not-the-password');
    }
    authority.webhookTokens = id === WRONG.webhook ? [ownSecret(id, authority.webhookTokens[0], TOKEN)] : [];
    authorities[id] = authority;
  }
}

const TOKEN = 'a-token-of-its-own-0123456789abcdef';

const RIGHT = {
  [WRONG.password]: 'rao-password-1400',
  [WRONG.pin]: 'rao-pin-1400',
  [WRONG.billing]: 'sandbox-billing-password',
};

/** Corrects the secret. */
export function putRightSecret(id: keyof typeof RIGHT): void {
  writeFileSync(secretFiles.get(id) ?? '', RIGHT[id], { mode: 0o600 });
}

/** The provider's staff sets the right address for callbacks. */
export function setRightWebhook(at: Installation): Promise<unknown> {
  const webhook = webhookAddress(at.config.gateway.port, TOKEN);
  return at.provider.settings({ registrationAuthorities: { [WRONG.webhook]: { behaviour: { webhook } } } });
}

/** The provider's settings of the authorities, and the problems there. */
export async function provideWrongAuthorities(at: Installation): Promise<void> {
  const webhook = webhookAddress(at.config.gateway.port, 'nobody-knows-this-token');
  const different: Record<string, object> = {
    [WRONG.twoSteps]: { approval: 'two-step' },
    [WRONG.scratchcards]: { ra: { scratchcards: 0 } },
    [WRONG.webhook]: { webhook, webhookRetries: Array.from({ length: 200 }, () => 300) },
  };
  await at.provider.settings({
    registrationAuthorities: Object.fromEntries(
      Object.values(WRONG).map((id) => [id, { name: `Sandbox authority ${id}`, behaviour: different[id] ?? {} }]),
    ),
    raos: { '1400': { registrationAuthorities: [...Object.values(AUTHORITIES), ...Object.values(WRONG)] } },
  });
}
