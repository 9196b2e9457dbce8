import { basename } from 'node:path';
import type { Config, EnvironmentConfig } from '../../config.js';
import { VideoIdError } from '../../messages/failures.js';
import type { ProbeFile } from '../../probe/file.js';
import { isSimulated, type Standing, standingOf } from '../../probe/standing.js';
import { readProbeFile } from '../../probe/storage.js';
import { ASSUMPTIONS } from '../../uanataca/one-shot/assumptions.js';
import { REGISTRATION_AUTHORITY_ASSUMPTIONS } from '../../uanataca/registration-authority/assumptions.js';
import { check, type Check } from './check.js';
import { settingsToPaste } from './settings-to-paste.js';

/** What probes have found out about the provider of one environment. */
export interface EnvironmentStanding {
  environment: string;
  signature: Standing[];
  /** Undefined if the environment has no Registration Authority API. */
  enrolment: Standing[] | undefined;
}

/** Milliseconds. The provider's software changes. */
const OLD = 365 * 86_400_000;

/** Reads the files of probes and compares them with the settings: one check for each file. */
export async function probeChecks(
  { environments }: Config,
  now: number,
): Promise<{ checks: Check[]; standings: EnvironmentStanding[] }> {
  const checks: Check[] = [];
  const standings: EnvironmentStanding[] = [];
  for (const [name, environment] of Object.entries(environments)) {
    const read = new Map<string, ProbeFile>();
    const unreadable: Check[] = [];
    for (const path of environment.probe) {
      const result = await check(`probe of ${name}`, async () => {
        read.set(path, await readFor(name, path));
        return { words: path };
      });
      if (result.state === 'fail') unreadable.push(result);
    }
    const standing = standingIn(name, environment, [...read.values()]);
    standings.push(standing);
    checks.push(...unreadable, ...[...read].map(([path, file]) => probeCheck(path, file, environment, standing, now)));
  }
  return { checks, standings };
}

/** @throws VideoIdError with the setting that names the file */
async function readFor(name: string, path: string): Promise<ProbeFile> {
  try {
    return await readProbeFile(path);
  } catch (cause) {
    if (!(cause instanceof VideoIdError)) throw cause;
    const field = `environments.${name}.probe`;
    const remedy = `Let ${field} name a file that \`videoid probe\` has written. It is the one without .private in its name.`;
    throw new VideoIdError(cause.code, cause.message, { field, remedy, cause });
  }
}

function standingIn(
  environment: string,
  { assumptions, registrationAuthorityApi: api }: EnvironmentConfig,
  files: readonly ProbeFile[],
): EnvironmentStanding {
  const of = (flow: ProbeFile['flow']) => files.filter((file) => file.flow === flow);
  return {
    environment,
    signature: standingOf(ASSUMPTIONS, assumptions, of('signature')),
    enrolment: api && standingOf(REGISTRATION_AUTHORITY_ASSUMPTIONS, api.assumptions, of('enrolment')),
  };
}

function probeCheck(
  path: string,
  file: ProbeFile,
  { env }: EnvironmentConfig,
  { environment, signature, enrolment }: EnvironmentStanding,
  now: number,
): Check {
  const name = `probe of ${environment}`;
  const head = `${basename(path)}, ${file.flow}, begun ${file.begun.slice(0, 10)}, env ${file.env}`;
  if (isSimulated(file)) {
    return {
      name,
      state: 'warn',
      words: `${head}: made with a simulated provider, so it confirms nothing`,
      remedy: 'Run `videoid probe` against the real provider. Its own sandbox environment will do.',
    };
  }
  const all = file.flow === 'signature' ? signature : enrolment;
  const field = `environments.${environment}`;
  if (all === undefined) {
    const words = `${head}: not used, because the environment has no Registration Authority API`;
    return { name, state: 'warn', words, remedy: `Set ${field}.registrationAuthorityApi, or remove the file.` };
  }
  const place = file.flow === 'signature' ? `${field}.assumptions` : `${field}.registrationAuthorityApi.assumptions`;
  const own = all.filter(({ probe }) => probe === file);
  const contradicted = own.filter(({ state }) => state === 'contradicted');
  const troubles: { words: string; remedy: string }[] = [];
  if (contradicted.length > 0) {
    troubles.push({
      words: `contradicted: ${contradicted.map(({ assumption }) => assumption.name).join(', ')}`,
      remedy: settingsToPaste(contradicted, place, path),
    });
  }
  if (file.env !== env) {
    troubles.push({
      words: `made with env ${file.env}, but the environment is ${env}: there the provider may answer otherwise`,
      remedy: `Run \`videoid probe\` with a registration authority of ${environment}, or name here the file of a probe with env ${env}.`,
    });
  }
  if (file.ended === undefined) {
    troubles.push({ words: 'it has not ended', remedy: `\`videoid probe ${path}\` goes on with it.` });
  }
  if (now - Date.parse(file.begun) > OLD) {
    troubles.push({
      words: 'it is older than a year',
      remedy: 'The provider may have changed since. Run a new probe.',
    });
  }
  const words = [`${head}: ${countsOf(all, own)}`, ...troubles.map((each) => each.words)].join('\n');
  return troubles.length === 0
    ? { name, state: 'ok', words }
    : { name, state: 'warn', words, remedy: troubles.map(({ remedy }) => remedy).join(' ') };
}

function countsOf(all: readonly Standing[], own: readonly Standing[]): string {
  const settled = count(own, 'settled');
  const contradicted = count(own, 'contradicted') + settled;
  return [
    `${count(own, 'confirmed')} confirmed`,
    `${contradicted} contradicted${contradicted > 0 ? ` (the settings follow ${settled})` : ''}`,
    `${count(all, 'open')} open`,
  ].join(', ');
}

function count(standing: readonly Standing[], state: Standing['state']): number {
  return standing.filter((each) => each.state === state).length;
}
