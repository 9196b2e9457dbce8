import { hostname } from 'node:os';
import { openArchive } from '../../archive/file-archive.js';
import type { Config } from '../../config.js';
import { VideoIdError } from '../../messages/failures.js';
import type { ProcessRecord } from '../../messages/processes.js';
import { ownRecord } from '../../process/own-record.js';
import { type KeyDifference, keyDifferences } from '../../security/key-differences.js';
import type { Check } from './check.js';

/** Compares the keys, the version and the place in Temporal of every running process of this archive with those here. */
export async function processChecks(config: Config): Promise<Check[]> {
  const { directory, reserve } = config.archive;
  try {
    const { notices } = await openArchive({ directory, reserveBytes: reserve });
    const here = await ownRecord(config, 'gateway', '');
    return (await notices.processes()).map((there) => compared(here, there));
  } catch (error) {
    if (error instanceof VideoIdError) return []; // the check of the archive says so
    throw error;
  }
}

/** One line of `doctor` for one process. */
export function compared(here: ProcessRecord, there: ProcessRecord): Check {
  const { kind, host, address, version } = there;
  const called = kind.replace('-', ' ');
  const name = `${called} on ${host}`;
  const differences = [
    ...placeDifferences(here, there),
    ...keyDifferences(here.keys, there, `the ${name}`),
    ...versionDifferences(here, there, name),
  ];
  const words = [`at ${address}, version ${version}`, ...differences.map((each) => each.words)].join('\n');
  if (differences.length === 0) return { name, state: 'ok', words: `${words}, with the keys of here` };
  const remedy = [...new Set(differences.map((each) => each.remedy))].join(' ');
  return { name, state: differences.some(({ grave }) => grave) ? 'fail' : 'warn', words, remedy };
}

function placeDifferences(here: ProcessRecord, { kind, temporal }: ProcessRecord): KeyDifference[] {
  if (kind === 'codec-server') return [];
  return (['namespace', 'taskQueue'] as const).flatMap((setting) => {
    if (temporal[setting] === here.temporal[setting]) return [];
    const words = `its temporal.${setting} is ${temporal[setting]}, here it is ${here.temporal[setting]}`;
    return [
      { grave: true, words, remedy: `Set temporal.${setting} alike in both settings, and restart what was wrong.` },
    ];
  });
}

function versionDifferences(here: ProcessRecord, { version, host }: ProcessRecord, name: string): KeyDifference[] {
  if (version === here.version) return [];
  const older = host === hostname() ? 'Restart it, so that it runs the code that is installed here.' : '';
  const words = `it runs another version than this command, which is ${here.version}`;
  return [{ grave: false, words, remedy: older || `Install one version everywhere, and restart the ${name}.` }];
}
