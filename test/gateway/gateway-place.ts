import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { openArchive } from '../../src/archive/open-archive.js';
import { openBridge } from '../../src/archive/open-bridge.js';
import { type Config, loadConfig } from '../../src/config.js';
import { type Gateway, type GatewayOptions, startGateway } from '../../src/gateway.js';
import { createLogger } from '../../src/logging/logger.js';
import type { Flow, RequestPk } from '../../src/messages/request.js';

/** Two registration authorities in two environments. Each has its own tokens. */
export const AUTHORITIES = { '139': 'pilot', '240': 'other' } as const;

/** A gateway on real files, and what tests want to know about it. */
export interface GatewayPlace {
  folder: string;
  config: Config;
  gateway: Gateway;
  /** `http://127.0.0.1:…` */
  address: string;
  /** Old and new webhook token of registration authority 139. */
  tokens: [string, string];
  otherToken: string;
  apiToken: string;
  /** Everything logged so far. */
  log(): string;
  /** Enters a provider's request into the index. */
  index(requestPk: string, workflowId: string, flow?: Flow, environment?: string): Promise<void>;
  /** Sends a body to the webhook of a token. */
  hook(token: string, body: unknown): Promise<Response>;
  /** A counter of `/metrics`. 0 if it was never counted. */
  counted(series: string): Promise<number>;
  close(): Promise<void>;
}

export interface GatewayPlaceOptions extends GatewayOptions {
  temporal?: { address: string; taskQueue?: string };
  /** The archive of another place. */
  archive?: string | undefined;
  gateway?: object;
  settings?: object;
}

/** Nothing listens on this port. */
export const NOWHERE = '127.0.0.1:1';

export async function openGatewayPlace(options: GatewayPlaceOptions = {}): Promise<GatewayPlace> {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-'));
  const secret = (name: string): string => {
    const value = randomBytes(24).toString('base64url');
    writeFileSync(join(folder, name), `${value}\n`);
    return value;
  };
  const tokens: [string, string] = [secret('old'), secret('new')];
  const otherToken = secret('other');
  const apiToken = secret('api');
  const archive = options.archive ?? join(folder, 'archive');
  const environment = { optimizer: 'http://127.0.0.1:1', env: 'sandbox' };
  const config = loadConfig(
    {},
    {
      temporal: options.temporal ?? { address: NOWHERE },
      archive: { directory: archive, reserve: 0 },
      keys: { encryptPayloads: false },
      environments: { pilot: environment, other: environment },
      registrationAuthorities: {
        139: {
          environment: AUTHORITIES['139'],
          profiles: ['PFnubeQAFCiudadano'],
          officers: { ada: { rao: '1', token: 'env:NOT_READ_BY_A_GATEWAY' } },
          webhookTokens: [`file:${join(folder, 'old')}`, `file:${join(folder, 'new')}`],
        },
        240: {
          environment: AUTHORITIES['240'],
          profiles: ['PFnubeQAFCiudadano'],
          webhookTokens: [`file:${join(folder, 'other')}`],
        },
      },
      gateway: { port: 0, apiTokens: [`file:${join(folder, 'api')}`], ...options.gateway },
      ...options.settings,
    },
  );
  await (await openArchive(config.archive, { create: true })).close();
  if (options.only === 'webhooks') leaveOnlyTheIndex(archive);
  const lines: string[] = [];
  const destination = new PassThrough().on('data', (line: Buffer) => lines.push(line.toString('utf8')));
  const logger = createLogger({ process: 'gateway', level: 'trace', destination });
  const gateway = await startGateway(config, logger, options.only ? { only: options.only } : {});
  const address = `http://127.0.0.1:${gateway.port}`;
  return {
    folder,
    config,
    gateway,
    address,
    tokens,
    otherToken,
    apiToken,
    log: () => lines.join(''),
    async index(requestPk, workflowId, flow = 'signature', at = 'pilot') {
      const [reference = '', attempt = '1'] = workflowId.replace(/^[a-z]+-/, '').split('~');
      const entry = { workflowId, flow, reference, attempt: Number(attempt) };
      const bridge = await openBridge(config.archive);
      await bridge.writeIndex(at, requestPk as RequestPk, entry);
      await bridge.close();
    },
    hook: async (token, body) =>
      fetch(`${address}/webhooks/uanataca/${token}`, {
        method: 'POST',
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    async counted(series) {
      const text = await (await fetch(`${address}/metrics`)).text();
      const line = text.split('\n').find((each) => each.startsWith(`${series} `));
      return Number(line?.split(' ').at(-1) ?? 0);
    },
    async close() {
      await gateway.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** A bridge alone needs nothing else of an archive. */
function leaveOnlyTheIndex(archive: string): void {
  for (const name of readdirSync(archive)) {
    if (name !== 'index') rmSync(join(archive, name), { recursive: true });
  }
}

/** The provider's current payload (§7.1). */
export function event(pk: number | string, status: string, more: object = {}): object {
  return {
    event_type: 'VIDEOID_UPDATED',
    sent_at: '20250715083633',
    request: { status, profile: 'PFnubeNC', registration_authority: 139, scratchcard: '2678100', pk },
    certificates: [],
    ...more,
  };
}

/** The provider's legacy payload (§7.2). */
export function flat(pk: number | string, status: string, date: string = randomUUID()): object {
  return { status, date, previous_status: 'VIDEOPENDING', request: pk, registration_authority: 139 };
}

/** An answer as a stranger sees it, without the headers of the connection. */
export async function answerOf(response: Response): Promise<object> {
  const headers = Object.fromEntries(response.headers);
  for (const name of ['date', 'connection', 'keep-alive', 'transfer-encoding', 'content-length']) delete headers[name];
  return { status: response.status, headers, body: await response.text() };
}

export function hints(result: string): string {
  return `videoid_hints_total{result="${result}"}`;
}
