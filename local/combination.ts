import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import type { archive } from '../src/config/archive.js';
import type { S3Bucket } from './servers/on-demand.js';
import type { State } from './state.js';

/**
 * Where an installation keeps its archive, and how many of its programs run: `single` has SQLite and a directory. `distributed` has
 * PostgreSQL and S3, with two workers and two gateways that share nothing else.
 */
export const COMBINATIONS = ['single', 'distributed'] as const;
export type Combination = (typeof COMBINATIONS)[number];

/** The environment variable with the combination of all installations that tests start. */
export const COMBINATION_VARIABLE = 'TEST_COMBINATION';

export function combinationOf(environment: NodeJS.ProcessEnv): Combination {
  const named = environment[COMBINATION_VARIABLE] ?? 'single';
  const known = COMBINATIONS.find((name) => name === named);
  if (known === undefined)
    throw new Error(`${COMBINATION_VARIABLE} is ${named}, not one of ${COMBINATIONS.join(', ')}.`);
  return known;
}

/** A database and a bucket. */
export interface ArchivePlace {
  /** The URL, with user and password. */
  database: string;
  files: S3Bucket;
}

/** The settings of an archive on PostgreSQL and S3, with no folder. Its secrets are laid into files. */
export function archiveSettings(state: State, { database, files }: ArchivePlace): z.input<typeof archive> {
  const secret = (name: string, value: string): `file:${string}` => `file:${state.secretFile(name, () => value)}`;
  const { bucket, endpoint, region, accessKeyId, secretAccessKey } = files;
  return {
    database: secret('archive-database', database),
    files: {
      s3: {
        bucket,
        endpoint,
        region,
        pathStyle: true,
        credentials: {
          accessKeyId: secret('archive-s3-key', accessKeyId),
          secretAccessKey: secret('archive-s3-secret', secretAccessKey),
        },
      },
    },
  };
}

export const WORKERS = { single: ['worker'], distributed: ['worker', 'worker-2'] } as const;
export const GATEWAYS = { single: ['gateway'], distributed: ['gateway', 'gateway-2'] } as const;

/** The environment variables of a program, with what it does not share with the first of its kind, or with none of the others. */
export function ownVariables(program: string, { state, ports, combination }: OwnPlace): Record<string, string> {
  return {
    ...(program === 'worker-2' && { VIDEOID_WORKER_HEALTH_PORT: String(ports.secondWorker) }),
    ...(program === 'gateway-2' && { VIDEOID_GATEWAY_PORT: String(ports.secondGateway) }),
    ...(combination === 'distributed' && ownFolders(state, program)),
  };
}

interface OwnPlace {
  state: Pick<State, 'directory'>;
  ports: { secondWorker: number; secondGateway: number };
  combination: Combination;
}

/** The folders of a program that shares none with others, as if it ran on a machine of its own. */
export function foldersOf(
  { directory }: Pick<State, 'directory'>,
  program: string,
): { archive: string; temporary: string } {
  const folder = join(directory, 'own', program);
  return { archive: join(folder, 'archive'), temporary: join(folder, 'temporary') };
}

function ownFolders(state: Pick<State, 'directory'>, program: string): Record<string, string> {
  const { archive, temporary } = foldersOf(state, program);
  for (const folder of [archive, temporary]) mkdirSync(folder, { recursive: true });
  return { VIDEOID_ARCHIVE_DIRECTORY: archive, TMPDIR: temporary };
}
