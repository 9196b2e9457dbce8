import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { DEFAULT_SETTINGS as PROVIDER } from '../sandbox/settings/defaults.js';
import type { configSchema } from '../src/config/schema.js';
import { WORKFLOW_BUNDLE } from './project.js';
import { type State, newToken } from './state.js';

/** Ports of the local stack. */
export interface StackPorts {
  worker: number;
  gateway: number;
  codecServer: number;
  sandbox: number;
  /** Of the simulated Registration Authority API. Without it, there are no enrolments. */
  registrationAuthority?: number;
}

/** The simulated provider's registration authorities, one for each mode of review. */
export const AUTHORITIES = { manual: '139', automatic: '140', atProvider: '141' } as const;
/** The officer who reviews. The sandbox knows this RAO and the credentials. */
export const OFFICER = 'officer-1400';
const RAO = '1400';
const ENVIRONMENT = 'sandbox';

/** The address for the provider's callbacks of a registration authority. Its token identifies the authority. */
export function webhookAddress(gatewayPort: number, token: string): string {
  return `http://127.0.0.1:${gatewayPort}/webhooks/uanataca/${token}`;
}

/** The file with the webhook token of a registration authority. */
export function webhookTokenFile(state: State, authority: string): string {
  return state.secretFile(`webhook-token-${authority}`, newToken);
}

/** The file with the bearer token of the HTTP API. */
export function apiTokenFile(state: State): string {
  return state.secretFile('api-token', newToken);
}

/** Writes the settings of the local stack. Every process reads them from the file named in `VIDEOID_CONFIG`. */
export function writeConfig(
  state: State,
  order: { temporalAddress: string; uiAddress: string | undefined; ports: StackPorts; roots: string[] },
): void {
  const { ports } = order;
  const secret = (name: string, value: string): `file:${string}` => `file:${state.secretFile(name, () => value)}`;
  const rao = PROVIDER.raos[RAO];
  const [billing] = Object.entries(PROVIDER.billing);
  if (rao === undefined || billing === undefined)
    throw new Error(`The sandbox does not have RAO ${RAO}, or has no billing user.`);
  const [billingUsername, billingPassword] = billing;
  const authority = {
    environment: ENVIRONMENT,
    profiles: PROVIDER.behaviour.profiles,
    billing: {
      username: secret('billing-username', billingUsername),
      password: secret('billing-password', billingPassword),
    },
    officers: {
      [OFFICER]: {
        rao: RAO,
        username: secret('rao-username', rao.username),
        password: secret('rao-password', rao.password),
        pin: secret('rao-pin', rao.pin),
      },
    },
  };
  const enrolment = ports.registrationAuthority === undefined ? {} : { enrolment: { secrets: 'seal' } as const };
  const reviews = {
    [AUTHORITIES.manual]: { mode: 'manual' },
    [AUTHORITIES.automatic]: { mode: 'automatic', officer: OFFICER },
    [AUTHORITIES.atProvider]: { mode: 'at-provider' },
  } as const;
  const config: z.input<typeof configSchema> = {
    temporal: { address: order.temporalAddress },
    archive: { directory: state.archiveDirectory },
    keys: {
      codec: [{ id: 'local', key: `file:${state.codecKeyFile}` }],
      seal: [
        {
          id: 'local',
          publicKey: `file:${state.sealPublicKeyFile}`,
          privateKey: `file:${state.sealPrivateKeyFile}`,
        },
      ],
      orders: [
        {
          id: 'local',
          publicKey: `file:${state.ordersPublicKeyFile}`,
          privateKey: `file:${state.ordersPrivateKeyFile}`,
        },
      ],
    },
    environments: {
      [ENVIRONMENT]: {
        optimizer: `http://127.0.0.1:${ports.sandbox}`,
        ...registrationAuthorityApi(state, ports.registrationAuthority),
        env: 'sandbox',
        roots: order.roots,
      },
    },
    registrationAuthorities: Object.fromEntries(
      Object.entries(reviews).map(([id, review]) => [
        id,
        { ...authority, ...enrolment, review, webhookTokens: [`file:${webhookTokenFile(state, id)}` as const] },
      ]),
    ),
    worker: { healthPort: ports.worker, workflowBundle: WORKFLOW_BUNDLE },
    // A simulated signer needs a second, where a person needs minutes.
    policy: { watch: { gap: '250ms', soon: ['250ms', '500ms', '1s', '2s', '5s'], slow: '15s' } },
    floor: { gap: '250ms', slow: '1s', pause: '100ms' },
    gateway: {
      port: ports.gateway,
      apiTokens: [`file:${apiTokenFile(state)}`],
    },
    codecServer: {
      port: ports.codecServer,
      allowedOrigins:
        order.uiAddress === undefined ? [] : [order.uiAddress, order.uiAddress.replace('127.0.0.1', 'localhost')],
    },
  };
  writeFileSync(state.configFile, `${JSON.stringify(config, undefined, 2)}\n`, { mode: 0o600 });
}

/** At its first start, the sandbox makes its own CA for mutual TLS and the certificate of one API user. */
function registrationAuthorityApi(state: State, port: number | undefined) {
  if (port === undefined) return {};
  const file = (name: string): string => join(state.sandboxDirectory, 'ra-tls', `${name}.pem`);
  return {
    registrationAuthorityApi: {
      address: `https://127.0.0.1:${port}`,
      certificate: `file:${file('api-user')}`,
      key: `file:${file('api-user-key')}`,
      ca: file('ca'),
    },
  };
}

/** Where the sandbox keeps the root certificate of its signatures. */
export function sandboxRoot(state: State): string {
  return join(state.sandboxDirectory, 'authority', 'root.pem');
}

/**
 * Writes what the provider's staff would set for us: the address for the callbacks of each registration authority.
 * Returns the file, for the sandbox's `--settings`.
 *
 * @param gatewayPorts where there are several gateways, the registration authorities use one after the other
 */
export function writeSandboxSettings(state: State, ...gatewayPorts: [number, ...number[]]): string {
  const registrationAuthorities = Object.fromEntries(
    Object.values(AUTHORITIES).map((id, index) => {
      const token = readFileSync(webhookTokenFile(state, id), 'utf8');
      const port = gatewayPorts[index % gatewayPorts.length] ?? gatewayPorts[0];
      return [id, { behaviour: { webhook: webhookAddress(port, token) } }];
    }),
  );
  const file = join(state.directory, 'sandbox.json');
  writeFileSync(file, `${JSON.stringify({ registrationAuthorities }, undefined, 2)}\n`, { mode: 0o600 });
  return file;
}
