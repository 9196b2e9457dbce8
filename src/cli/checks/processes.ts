import { hostname } from 'node:os';
import { withArchive } from '../opened-archive.js';
import type { Config } from '../../config.js';
import { isWrongClock } from '../../messages/age.js';
import { defined } from '../../messages/defined.js';
import { VideoIdError } from '../../messages/failures.js';
import type { ProcessRecord } from '../../messages/processes.js';
import { ownRecord } from '../../process/own-record.js';
import { type KeyDifference, keyDifferences } from '../../security/key-differences.js';
import { clockWords } from '../clock-words.js';
import type { Check } from './check.js';
import { SET_CLOCK } from './clock.js';
import { healthAt, isInReach, type ProcessHealth } from './process-health.js';

/** What is known here: the settings, as a process with them would tell, and the archive. */
export interface Here extends ProcessRecord {
  archive: string;
}

/** A process: its record in the archive, what it says when it is asked, or both. */
export interface Found extends Pick<ProcessRecord, 'kind' | 'host' | 'address'> {
  record?: ProcessRecord;
  health?: ProcessHealth;
  /** Whether it was asked. */
  asked: boolean;
  /** It has its port on this machine, and does not answer. From another machine, a firewall may be the cause. */
  hangs?: boolean;
}

/**
 * Compares every running process with the settings here: its keys, its version, its archive, its place in Temporal and its clock.
 * Processes are known by their records in the archive, and by the addresses in the settings. Each is asked how it is.
 */
export async function processChecks(config: Config): Promise<Check[]> {
  try {
    const { archive, recorded } = await withArchive(config, async ({ id, notices }) => ({
      archive: id,
      recorded: await notices.processes(),
    }));
    const here = { ...(await ownRecord(config, 'gateway', '')), archive };
    const others = configured(config).filter(({ address }) => !recorded.some((each) => isThis(each, address)));
    const found = await Promise.all([
      ...recorded.map((record) => withHealth({ ...record, record })),
      ...others.map((each) => withHealth(each)),
    ]);
    // Nobody expects a process at each address of the settings.
    return found.filter(({ record, health, hangs }) => record ?? health ?? hangs).map((each) => compared(here, each));
  } catch (error) {
    if (error instanceof VideoIdError) return []; // the check of the archive says so
    throw error;
  }
}

function configured({ worker, gateway }: Config): Pick<Found, 'kind' | 'host' | 'address'>[] {
  const host = hostname();
  return [
    { kind: 'worker', host, address: `${worker.host}:${worker.healthPort}` },
    { kind: 'gateway', host, address: `${gateway.host}:${gateway.port}` },
  ];
}

function isThis({ host, address }: ProcessRecord, ours: string): boolean {
  return host === hostname() && address === ours;
}

async function withHealth(found: Omit<Found, 'asked'>): Promise<Found> {
  const { kind, host, address, record } = found;
  const asked = kind !== 'codec-server' && isInReach(found);
  const answer = asked ? await healthAt(address) : undefined;
  if (answer !== 'silent') return { kind, host, address, asked, ...defined({ record, health: answer }) };
  return { kind, host, address, asked, hangs: host === hostname(), ...defined({ record }) };
}

const HANGS = {
  grave: false,
  words: 'it has its port and does not answer: it hangs, or somebody halted it',
  remedy: 'Restart it. Nothing is lost. If it hangs again, see its log.',
};

/** One line of `doctor` for one process. */
export function compared(here: Here, found: Found): Check {
  const { kind, host, address, record, health, asked, hangs } = found;
  const name = `${kind.replace('-', ' ')} on ${host}`;
  const there = { kind, ...record, ...health };
  const differences = [
    ...archiveDifferences(here, there.archive, name),
    ...placeDifferences(here, there),
    ...(there.keys === undefined ? [] : keyDifferences(here.keys, { kind, keys: there.keys }, `the ${name}`)),
    ...versionDifferences(here, { host, version: there.version }, name),
    ...clockDifferences(health?.clockAheadBy),
    ...(hangs ? [HANGS] : []),
    ...(health?.problems ?? []).map(({ message, remedy = 'See its log.' }) => ({
      grave: true,
      words: message,
      remedy,
    })),
  ];
  const version = there.version === undefined ? [] : [`version ${there.version}`];
  const settings = record?.settings === undefined ? [] : [`settings ${record.settings}`];
  const silent = asked && health === undefined && !hangs ? ['does not answer from here, so it may have stopped'] : [];
  const words = [
    [`at ${address}`, ...version, ...settings, ...silent].join(', '),
    ...differences.map((each) => each.words),
  ];
  if (differences.length === 0) {
    const alike = there.keys === undefined ? '' : ', with the same keys as here';
    return { name, state: 'ok', words: `${words.join('')}${alike}` };
  }
  const remedy = [...new Set(differences.map((each) => each.remedy))].join(' ');
  return { name, state: differences.some(({ grave }) => grave) ? 'fail' : 'warn', words: words.join('\n'), remedy };
}

function archiveDifferences(here: Here, there: string | undefined, name: string): KeyDifference[] {
  if (there === undefined || there === here.archive) return [];
  const words = `its archive is ${there}, here it is ${here.archive}`;
  return [
    {
      grave: true,
      words,
      remedy: `Give both the same settings of the archive (archive.*), here and for the ${name}. Restart the one that was wrong.`,
    },
  ];
}

function placeDifferences(
  here: ProcessRecord,
  { kind, temporal }: Pick<ProcessRecord, 'kind'> & Partial<Pick<ProcessRecord, 'temporal'>>,
): KeyDifference[] {
  if (kind === 'codec-server' || temporal === undefined) return [];
  return (['namespace', 'taskQueue'] as const).flatMap((setting) => {
    if (temporal[setting] === here.temporal[setting]) return [];
    const words = `its temporal.${setting} is ${temporal[setting]}, here it is ${here.temporal[setting]}`;
    return [
      {
        grave: true,
        words,
        remedy: `Set the same temporal.${setting} in both settings. Restart the process that was wrong.`,
      },
    ];
  });
}

function versionDifferences(
  here: ProcessRecord,
  { version, host }: { version: string | undefined; host: string },
  name: string,
): KeyDifference[] {
  if (version === undefined || version === here.version) return [];
  const older = host === hostname() ? 'Restart it, so that it runs the code that is installed here.' : '';
  const words = `it runs another version than this command, which is ${here.version}`;
  return [{ grave: false, words, remedy: older || `Install one version everywhere, and restart the ${name}.` }];
}

/** @param ahead milliseconds */
function clockDifferences(ahead: number | undefined): KeyDifference[] {
  if (ahead === undefined || !isWrongClock(ahead)) return [];
  return [{ grave: false, words: `its clock is ${clockWords(ahead)}`, remedy: SET_CLOCK }];
}
