import { execFile } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Connection } from '@temporalio/client';
import { defined } from '../src/messages/defined.js';
import { SEARCH_ATTRIBUTES } from '../src/messages/search-attributes.js';
import { anyPort } from './ports.js';
import type { Processes } from './processes.js';
import type { Screen } from './screen.js';
import { type Exit, type Service, startService, untilReady } from './service.js';
import { findTemporalBinary } from './temporal-binary.js';

/** A running Temporal server. */
export interface TemporalServer {
  /** `host:port` of the frontend. */
  address: string;
  /** Absent if attached to a server of which only the address is known. */
  uiAddress: string | undefined;
  /** Prometheus metrics. Absent if attached. */
  metricsAddress: string | undefined;
  /** Absent if attached. */
  pid: number | undefined;
  /** The running program. Absent if attached. */
  service: Service | undefined;
  /** Stops a server that was started here and waits until its ports are free. Does not stop an attached server. */
  close(): Promise<void>;
}

export interface TemporalPorts {
  frontend: number;
  ui: number;
  metrics: number;
  http: number;
}

export interface TemporalOrder {
  screen: Screen;
  logFile: string;
  /** The SQLite file for all data. Without it, data is kept in memory. */
  databaseFile?: string;
  /** Free ports if absent. */
  ports?: TemporalPorts;
  /** Address of the codec server, for the Web UI. */
  codecEndpoint?: string;
  environment?: NodeJS.ProcessEnv;
  /** Where it is recorded while it runs. */
  processes?: Processes;
  /** False: fails if it would have to download or build a server. */
  make?: boolean;
}

/** The longest time until the server answers, in milliseconds. An idle machine needs half a second. */
const READY_WITHIN = 60_000;
/** `INDEXED_VALUE_TYPE_KEYWORD` of the Temporal API. */
const KEYWORD = 2;
const NAMESPACE = 'default';

/**
 * Attaches to the server at `TEMPORAL_ADDRESS`, or finds a Temporal CLI and starts its server.
 *
 * @throws Error if there is no server, or if it ends while starting or does not answer in a minute.
 */
export async function startTemporalServer(order: TemporalOrder): Promise<TemporalServer> {
  const environment = order.environment ?? process.env;
  const given = environment['TEMPORAL_ADDRESS'];
  if (given) return attach(given, order.screen);
  order.screen.fact('TEMPORAL_ADDRESS', 'not set');
  const { path } = await findTemporalBinary({
    environment,
    screen: order.screen,
    ...(order.make !== undefined && { make: order.make }),
  });
  const ports = order.ports ?? {
    frontend: await anyPort(),
    ui: await anyPort(),
    metrics: await anyPort(),
    http: await anyPort(),
  };
  const service = await startService({
    name: 'temporal',
    program: path,
    args: await serverArguments(path, ports, order),
    logFile: order.logFile,
    // It prints its addresses once it has opened all its ports.
    readyLine: new RegExp(`^(Temporal )?Server:\\s+\\S+:${ports.frontend}$`),
    ...defined({ processes: order.processes }),
  });
  const address = `127.0.0.1:${ports.frontend}`;
  try {
    await untilReady(service, () => answers(address), READY_WITHIN);
  } catch (error) {
    await service.stop();
    throw error;
  }
  return {
    address,
    uiAddress: `http://127.0.0.1:${ports.ui}`,
    metricsAddress: `http://127.0.0.1:${ports.metrics}/metrics`,
    pid: service.pid,
    service,
    close: async () => {
      const exit: Exit = await service.stop();
      if (exit.signal === 'SIGKILL') order.screen.line('  the Temporal server did not stop in time and was killed');
    },
  };
}

/**
 * Both pragmas double the default throughput. The poll rate shortens the pause between two steps from 75 to 20 ms. The time
 * shift makes timers late by hundredths of a second, instead of up to one second.
 */
async function serverArguments(path: string, ports: TemporalPorts, order: TemporalOrder): Promise<string[]> {
  const flags: [flag: string, value: string][] = [
    ['--ip', '127.0.0.1'],
    ['--port', String(ports.frontend)],
    ['--http-port', String(ports.http)],
    ['--ui-port', String(ports.ui)],
    ['--metrics-port', String(ports.metrics)],
    ['--log-level', 'warn'],
    ['--sqlite-pragma', 'journal_mode=WAL'],
    ['--sqlite-pragma', 'synchronous=NORMAL'],
    ['--dynamic-config-value', 'history.transferProcessorMaxPollRPS=200'],
    ['--dynamic-config-value', 'history.timerProcessorMaxPollRPS=200'],
    ['--dynamic-config-value', 'history.timerProcessorMaxTimeShift="10ms"'],
    // A request that no worker can continue is marked after ten seconds, not after a minute.
    ['--dynamic-config-value', 'system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute=2'],
  ];
  for (const name of SEARCH_ATTRIBUTES) flags.push(['--search-attribute', `${name}=Keyword`]);
  if (order.databaseFile !== undefined) flags.push(['--db-filename', order.databaseFile]);
  if (order.codecEndpoint !== undefined) flags.push(['--ui-codec-endpoint', order.codecEndpoint]);
  const help = await promisify(execFile)(path, ['server', 'start-dev', '--help'], { timeout: 20_000 });
  // CLI versions before 1.6 lack it. Without it, the Web UI asks the internet for new versions.
  const newsFlag = '--ui-disable-news-fetch';
  const offline = help.stdout.includes(newsFlag) ? [newsFlag] : [];
  return ['server', 'start-dev', ...flags.flat(), ...offline];
}

async function attach(address: string, screen: Screen): Promise<TemporalServer> {
  screen.fact('TEMPORAL_ADDRESS', `${address}: attached, nothing is started`);
  const end = Date.now() + 10_000;
  while (!(await answers(address))) {
    if (Date.now() > end) {
      throw new Error(
        `TEMPORAL_ADDRESS names ${address}, but no Temporal server with the namespace "${NAMESPACE}" answers there. ` +
          'Start it, or unset the variable.',
      );
    }
    await pause(200);
  }
  await addSearchAttributes(address, screen);
  return {
    address,
    uiAddress: undefined,
    metricsAddress: undefined,
    pid: undefined,
    service: undefined,
    close: async () => {},
  };
}

async function answers(address: string): Promise<boolean> {
  let connection: Connection | undefined;
  try {
    connection = await Connection.connect({ address, connectTimeout: 2000 });
    await connection.workflowService.describeNamespace({ namespace: NAMESPACE });
    return true;
  } catch {
    // Not yet. The caller decides how long to try.
    return false;
  } finally {
    await connection?.close();
  }
}

/** A server that we did not start may lack them. */
async function addSearchAttributes(address: string, screen: Screen): Promise<void> {
  const connection = await Connection.connect({ address });
  try {
    const known = await connection.operatorService.listSearchAttributes({ namespace: NAMESPACE });
    const missing = SEARCH_ATTRIBUTES.filter((name) => !(name in known.customAttributes));
    if (missing.length === 0) return;
    await connection.operatorService.addSearchAttributes({
      namespace: NAMESPACE,
      searchAttributes: Object.fromEntries(missing.map((name) => [name, KEYWORD])),
    });
    screen.fact('search attributes', `added ${missing.join(', ')}`);
  } finally {
    await connection.close();
  }
}
