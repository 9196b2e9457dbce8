import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Connection } from '@temporalio/client';
import { VideoIdError } from '../messages/failures.js';
import type { Config } from '../config.js';
import { define } from './command.js';
import { columns } from './layout.js';
import { span } from '../messages/span.js';
import type { Screen } from './screen.js';
import { readSettings } from './session.js';

/** What `setup` did, for programs. */
interface Report {
  /** Settings for the keys that were made. */
  keys?: Pick<Config['keys'], 'codec' | 'seal' | 'orders'>;
  archive?: string;
  /** Where the archive is. */
  place?: string;
  searchAttributes?: string[];
  /** Milliseconds. */
  retention?: number;
}

/** `videoid setup`: makes everything that an installation needs once. It may be repeated. */
export function setupCommand(program: Command): void {
  define<{ keys?: string; keyId: string; retention?: string; newArchive?: true }>(
    program,
    'setup',
    'prepare the installation: archive and search attributes, and keys and retention if asked; may be repeated. Makes no second archive',
    async ({ screen, flags }) => {
      const report: Report = {};
      if (flags.keys !== undefined) {
        report.keys = await makeKeys(flags.keys, flags.keyId);
        screen.say('New keys were made. Keep copies: without the codec keys Temporal’s records cannot be read.');
        screen.say(
          'Workers get the private seal key and no private orders key. Gateways and clients get the private orders key.',
          'Codec servers get only the codec key.',
        );
        screen.say('Put these into the settings:', ...JSON.stringify({ keys: report.keys }, undefined, 2).split('\n'));
      }
      const config = await settingsOrKeysAlone(screen, report);
      if (config === undefined) {
        screen.answer(report, ['Next: put the keys into the settings, then videoid setup']);
        return;
      }
      await makePlaces(screen, config, flags, report);
      screen.answer(
        report,
        columns([
          ['Archive', `${report.place ?? ''}, id ${report.archive ?? ''}`],
          ['Search attributes', added(report.searchAttributes ?? [])],
          ['Retention', `ended requests stay in Temporal for ${span(report.retention ?? 0)}`],
        ]),
      );
      screen.next('videoid doctor');
    },
  )
    .option('--keys <directory>', 'make a codec key and pairs of seal and orders keys there; nothing is overwritten')
    .option('--key-id <id>', 'id of the keys that are made', new Date().toISOString().slice(0, 7))
    .option('--retention <time>', 'how long ended requests stay visible in Temporal, such as 30d')
    .option('--new-archive', 'use another archive from now on. Requests in the present one cannot go on without it');
}

/** New keys may not be in the settings yet. Then setup stops here. */
async function settingsOrKeysAlone(screen: Screen, { keys }: Report): Promise<Config | undefined> {
  try {
    return await readSettings(screen);
  } catch (error) {
    if (keys !== undefined && error instanceof VideoIdError) return undefined;
    throw error;
  }
}

async function makeKeys(directory: string, id: string): Promise<Pick<Config['keys'], 'codec' | 'seal' | 'orders'>> {
  const { generateCodecKey, generateSealKeys, isKeyId } = await import('../security/keys.js');
  const { generateOrderKeys } = await import('../security/order-keys.js');
  if (!isKeyId(id)) {
    throw new VideoIdError('BAD_INPUT', 'The key id cannot be used.', {
      field: '--key-id',
      remedy: 'Use 1 to 64 letters, digits, dots, dashes.',
    });
  }
  const place = (name: string): string => join(resolve(directory), `${id}.${name}`);
  const { publicKey, privateKey } = await generateSealKeys();
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeNew(place('codec-key'), generateCodecKey());
  await writeNew(place('seal-public.pem'), publicKey);
  await writeNew(place('seal-private.pem'), privateKey);
  const orders = generateOrderKeys();
  await writeNew(place('orders-public.pem'), orders.publicKey);
  await writeNew(place('orders-private.pem'), orders.privateKey);
  return {
    codec: [{ id, key: `file:${place('codec-key')}` }],
    seal: [{ id, publicKey: `file:${place('seal-public.pem')}`, privateKey: `file:${place('seal-private.pem')}` }],
    orders: [
      { id, publicKey: `file:${place('orders-public.pem')}`, privateKey: `file:${place('orders-private.pem')}` },
    ],
  };
}

async function writeNew(path: string, content: string): Promise<void> {
  try {
    await writeFile(path, content, { flag: 'wx', mode: 0o600 });
  } catch (cause) {
    throw new VideoIdError('SETUP_FAILED', `The key file ${path} cannot be made.`, {
      field: '--keys',
      remedy: 'An existing key is never replaced. Name another directory or --key-id.',
      cause,
    });
  }
}

async function makePlaces(
  screen: Screen,
  config: Config,
  { retention, newArchive = false }: { retention?: string; newArchive?: boolean },
  report: Report,
): Promise<void> {
  const { connectClient } = await import('../temporal/connection.js');
  const { dataConverter } = await import('../temporal/data-converter.js');
  const { ensureSearchAttributes, retentionOf } = await import('../temporal/namespace.js');
  const { namespace } = config.temporal;
  const { connection, client } = await screen.during(
    'Connecting to Temporal',
    connectClient(config.temporal, dataConverter(undefined)),
  );
  try {
    report.searchAttributes = await screen.during(
      'Registering the search attributes',
      ensureSearchAttributes(connection, namespace),
    );
    const { preparedArchive } = await import('./archive-setup.js');
    const archive = await screen.during('Looking for the archive', preparedArchive(client, config, newArchive));
    report.archive = archive.id;
    report.place = archive.place;
    await archive.close();
    if (retention !== undefined) await setRetention(connection, namespace, retention);
    report.retention = await retentionOf(connection, config.temporal);
  } finally {
    await connection.close();
  }
}

async function setRetention(connection: Connection, namespace: string, retention: string): Promise<void> {
  const { DAY, durationBetween, HOUR } = await import('../config/values.js');
  const { msToTs } = await import('@temporalio/common/lib/time.js');
  const milliseconds = durationBetween(HOUR, 3660 * DAY).safeParse(retention);
  if (!milliseconds.success) {
    throw new VideoIdError('BAD_INPUT', 'The retention is not a time between an hour and ten years.', {
      field: '--retention',
      remedy: 'Give it as 30d, or 72h.',
    });
  }
  const workflowExecutionRetentionTtl = msToTs(milliseconds.data);
  try {
    await connection.workflowService.updateNamespace({ namespace, config: { workflowExecutionRetentionTtl } });
  } catch (cause) {
    throw new VideoIdError('SETUP_FAILED', `Temporal does not set the retention to ${span(milliseconds.data)}.`, {
      field: '--retention',
      remedy: 'Give at least a day, or let somebody with the right to do so set it.',
      cause,
    });
  }
}

function added(names: readonly string[]): string {
  return names.length === 0 ? 'all there' : `added ${names.join(', ')}`;
}
