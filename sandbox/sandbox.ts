import { mkdirSync } from 'node:fs';
import type { Server } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { CallLog } from './calls/call-log.js';
import { Callbacks } from './callbacks/callbacks.js';
import { TestAuthority } from './signing/certificates.js';
import { controlRoutes } from './control/routes.js';
import { DocumentFiles } from './state/document-files.js';
import { ENDPOINTS, ENDPOINT_NAMES } from './one-shot/all-endpoints.js';
import { Faults } from './faults/faults.js';
import { API_PATH, ONE_SHOT } from './one-shot/api.js';
import { enrolmentPageRoutes } from './pages/enrolment-routes.js';
import { openLike } from './like/like.js';
import { pageRoutes } from './pages/routes.js';
import { likened } from './calls/likened.js';
import { serveCall, type SandboxContext } from './calls/pipeline.js';
import { Provider } from './provider.js';
import { RaoCredentials } from './requests/raos.js';
import { createRaServer, RA_API_PATH } from './registration-authority/listener.js';
import { ScratchcardStock } from './registration-authority/scratchcards.js';
import { openTls, type ApiUserFiles } from './registration-authority/tls.js';
import { RequestStore } from './requests/requests.js';
import { SettingsStore } from './settings/store.js';

/**
 * How long an idle connection is kept, in milliseconds. With Node's five seconds, a busy machine closes connections just when a
 * call is sent on them. That would look like a fault that nobody ordered.
 */
const KEEP_ALIVE = 60_000;

export interface SandboxOptions {
  /** The folder of its state. Made if missing. Only one sandbox at a time may use it. */
  state: string;
  /** 0 lets the system choose. */
  port?: number;
  host?: string;
  /** Settings that replace defaults. */
  settings?: unknown;
  /** Port of the Registration Authority API over mutual TLS. Without it, there is no such API. 0 lets the system choose. */
  raPort?: number;
  /** The file of a probe: answers and callbacks get its shape, and the behaviour is like that provider's. `settings` count more. */
  like?: string;
  /** The address for callbacks of registration authorities that have no own address. */
  webhook?: string;
  /** Called for each event, without personal data. */
  log?: (event: string, facts?: Record<string, string | number>) => void;
}

export interface RunningSandbox {
  /** `http://127.0.0.1:4010`, without a slash at the end. */
  url: string;
  /** The API's base URL. */
  api: string;
  /** Path of the test root certificate, in PEM. */
  roots: string;
  state: string;
  /** The Registration Authority API, if it was asked for. */
  ra?: RunningRa;
  /** What callers will not find in answers like those of the given probe, as sentences. */
  lacks: readonly string[];
  /** Ends running callbacks and cuts connections. The state stays. */
  close(): Promise<void>;
}

export interface RunningRa {
  /** `https://127.0.0.1:4011`, without a slash at the end. */
  url: string;
  /** The API's base URL. */
  api: string;
  /** The API user's files in PEM: the trusted authority, and the user's own certificate and key. */
  files: ApiUserFiles;
}

/**
 * Starts the simulated provider. With the state folder of an earlier run, it continues from there.
 * @throws BadSettings, BadLikeFile, or the system's error if the port is in use
 */
export async function startSandbox(options: SandboxOptions): Promise<RunningSandbox> {
  const state = resolve(options.state);
  mkdirSync(state, { recursive: true });
  const given = options.webhook === undefined ? options.settings : withWebhook(options.settings, options.webhook);
  const like = options.like === undefined ? undefined : openLike(options.like);
  const settings = new SettingsStore(state, given, like?.behaviour);
  const requests = new RequestStore(join(state, 'requests'));
  const faults = new Faults(state, ENDPOINT_NAMES);
  const callbacks = new Callbacks(state, requests, settings, faults, like?.likeness);
  const authority = await TestAuthority.open(join(state, 'authority'));
  const provider = new Provider({
    settings,
    requests,
    scratchcards: new ScratchcardStock(state, settings, requests),
    faults,
    callbacks,
    authority,
    files: new DocumentFiles(join(state, 'documents')),
    raos: new RaoCredentials(state, settings),
    calls: new CallLog(state),
    log: options.log ?? (() => undefined),
    likeness: like?.likeness,
  });
  const server = createAdaptorServer({ fetch: application(provider).fetch }) as Server;
  const host = options.host ?? '127.0.0.1';
  provider.url = `http://${await listen(server, options.port ?? 0, host)}`;
  const servers: (Server | HttpsServer)[] = [server];
  let ra: RunningRa | undefined;
  if (options.raPort !== undefined) {
    const tls = await openTls(join(state, 'ra-tls'));
    const raServer = createRaServer(provider, tls.listener);
    try {
      const url = `https://${await listen(raServer, options.raPort, host)}`;
      ra = { url, api: url + RA_API_PATH, files: tls.apiUser };
    } catch (error) {
      server.close();
      throw error;
    }
    servers.push(raServer);
    provider.raApi = ra.api;
  }
  provider.start();
  return {
    url: provider.url,
    api: `${provider.url}${API_PATH}`,
    roots: authority.rootPath,
    state,
    lacks: like?.lacks ?? [],
    ...(ra === undefined ? {} : { ra }),
    async close() {
      for (const each of servers) {
        each.close();
        each.closeAllConnections();
      }
      provider.close();
      await callbacks.close();
    },
  };
}

function application(provider: Provider): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  for (const endpoint of ENDPOINTS) {
    const handle = async (context: SandboxContext): Promise<Response> =>
      otherSlash(provider, endpoint.name, context) ?? serveCall(provider, ONE_SHOT, endpoint, context);
    app.on(endpoint.method, API_PATH + endpoint.path, handle);
    app.on(endpoint.method, `${API_PATH}${endpoint.path}/`, handle); // vendor samples write some paths with a slash
  }
  app.all(`${API_PATH}/*`, (context) => {
    const answered = { endpoint: 'unknown-path', refused: true, words: 'Not Found', params: {}, query: {}, body: {} };
    return likened(provider.parts.likeness, answered, context.json({ detail: 'Not Found' }, 404));
  });
  app.route('/sandbox', controlRoutes(provider));
  app.route('/', pageRoutes(provider));
  app.route('/', enrolmentPageRoutes(provider));
  return app;
}

const SLASH_DISPUTED: readonly string[] = ['sign', 'get-contract'];

/** If set, these paths exist in only one of their two spellings. The other is redirected to it. */
function otherSlash(provider: Provider, endpoint: string, { req }: SandboxContext): Response | undefined {
  const { endSlash } = provider.parts.settings.behaviour();
  const has = req.path.endsWith('/');
  if (endSlash === 'either' || has === (endSlash === 'with') || !SLASH_DISPUTED.includes(endpoint)) return undefined;
  return new Response(null, { status: 307, headers: { location: has ? req.path.slice(0, -1) : `${req.path}/` } });
}

function withWebhook(settings: unknown, webhook: string): unknown {
  const given = typeof settings === 'object' && settings !== null ? settings : {};
  const behaviour: unknown = Reflect.get(given, 'behaviour');
  return { ...given, behaviour: { ...(typeof behaviour === 'object' ? behaviour : {}), webhook } };
}

/** Returns address and port. */
async function listen(server: Server | HttpsServer, port: number, host: string): Promise<string> {
  server.keepAliveTimeout = KEEP_ALIVE;
  await new Promise<void>((settle, fail) => {
    server.once('error', fail);
    server.listen(port, host, () => settle());
  });
  const address = server.address() as AddressInfo;
  return `${host.includes(':') ? `[${host}]` : host}:${address.port}`;
}
