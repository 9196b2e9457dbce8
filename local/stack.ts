import { makeArchive } from './archive.js';
import { type StackPorts, apiTokenFile, sandboxRoot, writeConfig, writeSandboxSettings } from './local-config.js';
import { Ports } from './ports.js';
import { Processes, end } from './processes.js';
import { isHealthy, type ProgramOrder, sandboxProgram, startProgram } from './program.js';
import type { Screen } from './screen.js';
import { NotReady, type Service } from './service.js';
import { lockState } from './lock.js';
import { type State, openState } from './state.js';
import { Supervised } from './supervised.js';
import { type TemporalServer, startTemporalServer } from './temporal-server.js';

/** Everything that runs after `npm start`. */
export interface Stack {
  state: State;
  temporalAddress: string;
  temporalUi: string | undefined;
  gateway: string;
  sandbox: string;
  registrationAuthority: string;
  codecServer: string;
  apiTokenFile: string;
  /** Stops everything. Programs that call others stop first, and the Temporal server stops last. */
  close(): Promise<void>;
}

/** The longest time for one of our programs to become ready, in milliseconds. Usually it takes two seconds. */
const READY_WITHIN = 60_000;
/** The longest time for a program to end, in milliseconds. The worker gives running activities twenty seconds. */
const GRACE = 30_000;

/** How often a start chooses ports. Another program may take one before ours opens it. */
const TRIES = 5;

/** What the parts of a stack share. */
interface Ground {
  state: State;
  screen: Screen;
  ports: Ports;
  processes: Processes;
}

/**
 * Starts sandbox, Temporal server, codec server, worker and gateway on the state in `directory`. First it stops what a killed start left
 * running.
 *
 * @throws StateInUse if another start uses the state; NotReady if a program does not become ready. Everything that was started is
 *   stopped again.
 */
export async function startStack(directory: string, screen: Screen): Promise<Stack> {
  const lock = lockState(directory);
  let ports: Ports | undefined;
  const leave = (): void => {
    ports?.release();
    lock.release();
  };
  try {
    const state = await openState(directory);
    const processes = new Processes(state.processesFile);
    await stopLeftovers(processes, screen);
    ports = new Ports(state.portsFile, (text) => screen.line(`  ${screen.paint('yellow', text)}`));
    const stack = await onFreePorts({ state, screen, ports, processes });
    return { ...stack, close: async () => stack.close().finally(leave) };
  } catch (error) {
    leave();
    throw error;
  }
}

/** Starts everything over while a program finds that another one has just taken its port. */
async function onFreePorts(ground: Ground): Promise<Stack> {
  for (let left = TRIES - 1; ; left -= 1) {
    try {
      return await startPrograms(ground);
    } catch (error) {
      if (!(error instanceof NotReady && error.portTaken) || left === 0) throw error;
      ground.screen.lines('yellow', `  ${error.message}`);
      ground.screen.line('  another program took a port just now: starting over with other ports');
    }
  }
}

/** Starts them one after the other. If one fails, the others are stopped. */
async function startPrograms({ state, screen, ports, processes }: Ground): Promise<Stack> {
  const running: Supervised[] = [];
  let temporal: TemporalServer | undefined;
  const close = async (): Promise<void> => {
    for (const program of running.splice(0).toReversed()) await program.stop(GRACE);
    await temporal?.close();
  };
  try {
    const mine: StackPorts & { registrationAuthority: number } = {
      worker: await ports.take('worker', 7280),
      gateway: await ports.take('gateway', 7281),
      codecServer: await ports.take('codec server', 7282),
      sandbox: await ports.take('sandbox', 7290),
      registrationAuthority: await ports.take('registration authority', 7291),
    };
    const codecServer = `http://127.0.0.1:${mine.codecServer}`;
    const temporalPorts = {
      frontend: await ports.take('temporal', 7233),
      ui: await ports.take('temporal ui', 8233),
      metrics: await ports.take('temporal metrics', 7243),
      http: await ports.take('temporal http', 7253),
    };
    const startTemporal = async (shown: Screen): Promise<TemporalServer> =>
      startTemporalServer({
        screen: shown,
        logFile: state.logFile('temporal'),
        databaseFile: state.databaseFile,
        ports: temporalPorts,
        codecEndpoint: codecServer,
        processes,
      });
    temporal = await startTemporal(screen);
    // A restart need not say again where the program was found.
    const quiet: Screen = { ...screen, fact: () => {} };
    if (temporal.service !== undefined) {
      const server = new Supervised(temporal.service, {
        screen,
        start: async () => {
          temporal = await startTemporal(quiet);
          if (temporal.service === undefined) throw new Error('TEMPORAL_ADDRESS was set while the stack was running.');
          return temporal.service;
        },
      });
      running.push(server);
    }
    writeConfig(state, {
      temporalAddress: temporal.address,
      uiAddress: temporal.uiAddress,
      ports: mine,
      roots: [sandboxRoot(state)],
    });

    await makeArchive(state, temporal);

    const run = async (order: ProgramOrder): Promise<void> => {
      const start = (): Promise<Service> => startProgram(order, { state, within: READY_WITHIN, processes });
      running.push(new Supervised(await start(), { screen, start }));
    };
    const sandbox = `http://127.0.0.1:${mine.sandbox}`;
    const gateway = `http://127.0.0.1:${mine.gateway}`;
    await screen.step('starting the sandbox', async () =>
      run(sandboxProgram(state, mine, writeSandboxSettings(state, mine.gateway))),
    );
    await screen.step('starting the codec server', async () =>
      run({ name: 'codec-server', script: 'src/cli.js', args: ['codec-server'] }),
    );
    await screen.step('starting the worker', async () =>
      run({
        name: 'worker',
        script: 'src/worker.js',
        args: [],
        ready: () => isHealthy(mine.worker),
      }),
    );
    await screen.step('starting the gateway', async () =>
      run({ name: 'gateway', script: 'src/gateway.js', args: [], ready: () => isHealthy(mine.gateway) }),
    );
    return {
      state,
      temporalAddress: temporal.address,
      temporalUi: temporal.uiAddress,
      gateway,
      sandbox,
      registrationAuthority: `https://127.0.0.1:${mine.registrationAuthority}/api/v1`,
      codecServer,
      apiTokenFile: apiTokenFile(state),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Waits for the end of the programs of a killed start. They end by themselves, and their ports and files are free then. */
async function stopLeftovers(processes: Processes, screen: Screen): Promise<void> {
  for (const record of processes.left().toReversed()) {
    await screen.step(`stopping ${record.name}, which an interrupted start left running (process ${record.pid})`, () =>
      end(record, GRACE),
    );
  }
}
