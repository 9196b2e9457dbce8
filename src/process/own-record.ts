import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Notices } from '../archive/notices.js';
import type { Config } from '../config.js';
import type { Logger } from '../logging/logger.js';
import { defined } from '../messages/defined.js';
import { VideoIdError } from '../messages/failures.js';
import type { ProcessRecord } from '../messages/processes.js';
import { keyPrints } from '../security/key-prints.js';
import { codeVersion } from './version.js';

/** Milliseconds between two writings. A process counts as running for some more (`archive/process-files.ts`). */
const EVERY = 60_000;

/** What this process tells about itself. `codec-server` tells only its codec keys: it has no others. */
export async function ownRecord(
  config: Pick<Config, 'keys' | 'temporal'>,
  kind: ProcessRecord['kind'],
  address: string,
): Promise<ProcessRecord> {
  const { temporal } = config;
  const keys = await keyPrints(config.keys);
  return {
    kind,
    host: hostname(),
    address,
    version: codeVersion(),
    ...defined({ settings: settingsFile() }),
    startedAt: new Date().toISOString(),
    temporal: { address: temporal.address, namespace: temporal.namespace, taskQueue: temporal.taskQueue },
    keys: kind === 'codec-server' ? { ...keys, seal: [], orders: [] } : keys,
  };
}

function settingsFile(): string | undefined {
  const path = process.env['VIDEOID_CONFIG'];
  return path ? resolve(path) : undefined;
}

/** Leaves the record in the archive and keeps it fresh until the signal. Trouble with the archive does not matter here. */
export async function keepRecord(
  notices: Pick<Notices, 'noteProcess' | 'forgetProcess'>,
  record: ProcessRecord,
  { signal, logger }: { signal: AbortSignal; logger?: Logger },
): Promise<void> {
  const tried = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof VideoIdError)) throw error;
      logger?.warn({ error }, 'what this process tells about itself is not in the archive');
    }
  };
  while (!signal.aborted) {
    await tried(() => notices.noteProcess(record));
    await pause(EVERY, undefined, { signal, ref: false }).catch(() => undefined);
  }
  await tried(() => notices.forgetProcess(record));
}
