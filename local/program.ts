import { join } from 'node:path';
import { defined } from '../src/messages/defined.js';
import type { Processes } from './processes.js';
import { DIST } from './project.js';
import { type Service, startService, untilReady } from './service.js';
import type { State } from './state.js';

/** One of our compiled programs. */
export interface ProgramOrder {
  name: string;
  /** Below `dist/`. */
  script: string;
  args: string[];
  /** What to wait for after it has said that its ports are open. */
  ready?: () => Promise<boolean>;
}

/** Where and how a program runs. */
export interface ProgramPlace {
  state: State;
  /** The time in which it must become ready, in milliseconds. */
  within: number;
  /** Environment variables, in addition to ours or in their place. */
  environment?: Record<string, string>;
  /** Where it is recorded while it runs. */
  processes?: Processes;
  /** Whether we may end before it. */
  outlivesUs?: boolean;
}

/**
 * Starts a program on the settings of an installation and waits until it is ready. Stops it if that takes too long.
 *
 * @throws NotReady with the last lines of its log
 */
export async function startProgram(
  { name, script, args, ready = async () => true }: ProgramOrder,
  { state, within, environment = {}, processes, outlivesUs = false }: ProgramPlace,
): Promise<Service> {
  const service = await startService({
    name,
    program: process.execPath,
    args: [join(DIST, script), ...args],
    logFile: state.logFile(name),
    environment: { ...process.env, VIDEOID_CONFIG: state.configFile, ...environment },
    outlivesUs,
    ...defined({ processes }),
  });
  try {
    await untilReady(service, ready, within);
  } catch (error) {
    await service.stop();
    throw error;
  }
  return service;
}

/** The sandbox of an installation. */
export function sandboxProgram(
  state: State,
  ports: { sandbox: number; registrationAuthority: number },
  settingsFile: string,
): ProgramOrder {
  return {
    name: 'sandbox',
    script: 'sandbox/main.js',
    args: Object.entries({
      '--port': String(ports.sandbox),
      '--ra-port': String(ports.registrationAuthority),
      '--state': state.sandboxDirectory,
      '--settings': settingsFile,
    }).flat(),
  };
}

/** Whether the worker or gateway on this port of the loopback address says that it can do its work. */
export async function isHealthy(port: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(2000) });
    await answer.body?.cancel();
    return answer.ok;
  } catch {
    return false; // not listening yet
  }
}
