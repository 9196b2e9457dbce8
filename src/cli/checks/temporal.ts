import type { Client, Connection } from '@temporalio/client';
import { isWorkerPolling } from '../../temporal/pollers.js';
import { temporalFailure } from '../../temporal/calls.js';
import { withArchive } from '../opened-archive.js';
import type { Config } from '../../config.js';
import { SEARCH_ATTRIBUTES } from '../../messages/search-attributes.js';
import { connectClient } from '../../temporal/connection.js';
import { dataConverter } from '../../temporal/data-converter.js';
import { assertNoted, readArchiveNote } from '../../temporal/archive-note.js';
import { retentionOf } from '../../temporal/namespace.js';
import { span } from '../../messages/span.js';
import { clockCheck } from './clock.js';
import { check, type Check, CHECKED_WITHIN } from './check.js';

/** Milliseconds. With less, `list` and the Temporal UI lose requests about which people still ask. */
const COMFORTABLE_RETENTION = 7 * 86_400_000;

/** Checks Temporal: connection, namespace, retention, search attributes, and whether a worker runs. */
export async function temporalChecks(config: Config): Promise<Check[]> {
  const { temporal } = config;
  let opened: { connection: Connection; client: Client } | undefined;
  const connected = await check('Temporal', async () => {
    opened = await connectClient(temporal, dataConverter(undefined), {
      within: CHECKED_WITHIN,
      atMost: CHECKED_WITHIN,
    });
    return { words: `answers at ${temporal.address}` };
  });
  if (opened === undefined) return [connected];
  const { connection, client } = opened;
  try {
    const namespace = await namespaceCheck(connection, temporal);
    // Everything else is in the namespace.
    if (namespace.state === 'fail') return [connected, namespace];
    return [
      connected,
      namespace,
      await attributesCheck(connection, temporal.namespace),
      ...(await installationChecks(connection, config)),
      await clockCheck(client),
      await workerCheck(client, temporal.taskQueue),
    ];
  } finally {
    await connection.close();
  }
}

async function namespaceCheck(connection: Connection, temporal: Config['temporal']): Promise<Check> {
  return await check('namespace', async () => {
    const retention = await retentionOf(connection, temporal);
    const words = `${temporal.namespace}, ended requests stay ${span(retention)}`;
    return retention < COMFORTABLE_RETENTION
      ? {
          state: 'warn',
          words,
          remedy: 'Outcomes stay in the archive anyway. To see ended requests longer: videoid setup --retention 30d.',
        }
      : { words };
  });
}

/** Whether the archive is the one that `videoid setup` noted. Nothing is said if Temporal has no note. */
async function installationChecks(connection: Connection, config: Config): Promise<Check[]> {
  const note = await readArchiveNote(connection, config.temporal).catch(() => undefined); // other checks say why
  if (note === undefined) return [];
  const checked = await check('archive of the installation', async () => {
    const here = await withArchive(config, async ({ id, place }) => ({ id, place })).catch(() => undefined); // another check says why
    if (here !== undefined) assertNoted(note, here);
    return { words: `at the last set-up in ${note.place}, id ${note.id}` };
  });
  return [checked];
}

async function attributesCheck(connection: Connection, namespace: string): Promise<Check> {
  return await check('search attributes', async () => {
    const missing = await missingAttributes(connection, namespace);
    return missing.length === 0
      ? { words: 'all there' }
      : { state: 'fail', words: `${missing.join(', ')} missing`, remedy: 'Run videoid setup.' };
  });
}

async function missingAttributes(connection: Connection, namespace: string): Promise<string[]> {
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    return SEARCH_ATTRIBUTES.filter((name) => customAttributes[name] === undefined);
  } catch (error) {
    throw temporalFailure(error);
  }
}

async function workerCheck(client: Client, taskQueue: string): Promise<Check> {
  return await check('worker', async () =>
    (await isWorkerPolling(client, taskQueue))
      ? { words: `one serves the task queue ${taskQueue}` }
      : {
          state: 'warn',
          words: `none serves the task queue ${taskQueue}`,
          remedy: 'Start one: videoid worker. If one is there and hangs, restart it. Requests wait safely until then.',
        },
  );
}
