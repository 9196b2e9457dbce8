import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Config } from '../config.js';
import { VideoIdError } from '../messages/failures.js';
import type { Flow } from '../messages/request.js';
import { readRootFiles } from '../signatures/root-files.js';
import { ASSUMPTIONS, DEFAULT_ASSUMPTIONS } from '../uanataca/one-shot/assumptions.js';
import { type CallbackSources, receiveCallbacks } from './callbacks/callbacks.js';
import { follow } from './course.js';
import { conclude } from './findings.js';
import type { FoundSetting } from './file.js';
import type { People } from './people.js';
import { markdownOf, type Report, reportOf } from './report.js';
import { guarded } from './recording/guard.js';
import { ProbeRun } from './run.js';
import { Seen } from './seen.js';
import { SIGNATURE_CONCLUSIONS } from './signature/conclusions.js';
import { SignatureContext } from './signature/context.js';
import { billingOf, documentsFrom, officerFrom, optimizerOf } from './signature/prepare.js';
import { SIGNATURE_STEPS } from './signature/steps.js';
import { ProbeStorage } from './storage.js';

/** What a new probe is about. */
export interface ProbeOrder {
  flow: Flow;
  registrationAuthority: string;
  /** Who decides. Undefined: a person decides in the provider's console. */
  officer: string | undefined;
  signer: { phone: string; email: string };
  profile: string;
  /** Paths. */
  documents: readonly string[];
  /** Where the files of the probe go. */
  folder: string;
}

/** How a probe runs, new or taken up again. */
export interface ProbeOptions {
  config: Config;
  people: People;
  /** Whether the requests beside the first are made. */
  others: boolean;
  /** Milliseconds between two reads, and the longest wait. */
  poll: number;
  patience: number;
  /** Whether the provider is our sandbox: then it confirms nothing. */
  simulated: boolean;
  /** Where callbacks come from. */
  callbacks: CallbackSources;
  /** Gives the provider the address for callbacks, if that needs no person. Returns the end of it. */
  announce?: (address: string) => Promise<() => Promise<void>>;
}

/** Makes the files of a new probe. */
export async function beginProbe(order: ProbeOrder, { config, simulated }: ProbeOptions): Promise<ProbeStorage> {
  const storage = await ProbeStorage.fresh(order.folder, new Date());
  const { registrationAuthority, signer, profile, officer } = order;
  const { environment } = placeOf(config, registrationAuthority);
  const run = await ProbeRun.begin(
    storage,
    {
      flow: order.flow,
      env: environment.env,
      assumed: changedFrom(DEFAULT_ASSUMPTIONS, environment.assumptions),
      secrets: {
        registrationAuthority,
        signer,
        profile,
        documents: order.documents.map((path) => resolve(path)),
        ...(officer === undefined ? {} : { officer }),
      },
    },
    new Date(),
  );
  run.begin('unknown');
  if (simulated) run.note('simulated', true);
  await run.save();
  return storage;
}

/**
 * Carries out what is open of a probe, and concludes.
 *
 * @throws VideoIdError if it cannot go on; Stopped. The files then have what was seen
 */
export async function carryOutProbe(storage: ProbeStorage, options: ProbeOptions): Promise<Report> {
  const unlock = await storage.lock();
  const folder = await mkdtemp(join(tmpdir(), 'videoid-probe-'));
  try {
    const run = await ProbeRun.resume(storage);
    const { config, people } = options;
    const place = placeOf(config, run.secrets.registrationAuthority);
    const callbacks = await receiveCallbacks(run, options.callbacks);
    let withdraw: (() => Promise<void>) | undefined;
    try {
      people.say(...callbacks.advice);
      if (callbacks.address !== undefined) withdraw = await options.announce?.(callbacks.address);
      const at = await signatureContext(run, options, place, folder);
      try {
        await follow(SIGNATURE_STEPS, at);
        run.file.ended ??= new Date().toISOString();
      } finally {
        await at.close();
        await callbacks.close();
        await concludeProbe(run, storage, place.name);
      }
    } finally {
      await callbacks.close();
      await withdraw?.();
    }
    people.say('');
    return reportOf(run.file, storage.path, { environment: place.name, words: run.secrets.words });
  } finally {
    await rm(folder, { recursive: true, force: true });
    await unlock();
  }
}

/** The report of a file, without any call. */
export async function reportOfFile(storage: ProbeStorage, config: Config): Promise<Report> {
  const { file, secrets } = await storage.load();
  const { name } = placeOf(config, secrets.registrationAuthority);
  return reportOf(file, storage.path, { environment: name, words: secrets.words });
}

async function concludeProbe(run: ProbeRun, storage: ProbeStorage, environment: string): Promise<void> {
  const names = ASSUMPTIONS.map(({ name }) => name);
  run.file.findings = conclude(SIGNATURE_CONCLUSIONS, names, new Seen(guarded(run.file, run.showing)));
  await run.save();
  const report = reportOf(run.file, storage.path, { environment, words: run.secrets.words });
  await storage.saveReport(markdownOf(report, ASSUMPTIONS));
}

async function signatureContext(
  run: ProbeRun,
  { config, people, others, poll, patience }: ProbeOptions,
  { name, environment, authority }: Place,
  folder: string,
): Promise<SignatureContext> {
  const billing = await billingOf(authority);
  const { officer: officerId, documents } = run.secrets;
  const officer = officerId === undefined ? undefined : authority.officers[officerId];
  const credentials = officer && (await officerFrom(officer, people));
  const secrets = [billing?.username, billing?.password, ...Object.values(credentials ?? {})];
  run.values.add(...secrets.map((secret) => (typeof secret === 'object' ? secret.reveal() : undefined)));
  return new SignatureContext(run, people, {
    optimizer: optimizerOf(environment),
    assumptions: environment.assumptions,
    billing,
    officer: credentials,
    documents: await documentsFrom(documents, folder, config.documents),
    roots: await readRootFiles(name, environment.roots),
    folder,
    poll,
    patience,
    others,
  });
}

interface Place {
  /** Name of the environment. */
  name: string;
  environment: Config['environments'][string];
  authority: Config['registrationAuthorities'][string];
}

/** The registration authority, and its environment. @throws VideoIdError UNKNOWN_REGISTRATION_AUTHORITY */
export function placeOf(config: Config, registrationAuthority: string): Place {
  const authority = config.registrationAuthorities[registrationAuthority];
  const environment = authority && config.environments[authority.environment];
  if (authority !== undefined && environment !== undefined)
    return { name: authority.environment, environment, authority };
  const known = Object.keys(config.registrationAuthorities).join(', ');
  throw new VideoIdError(
    'UNKNOWN_REGISTRATION_AUTHORITY',
    `The settings have no registration authority ${registrationAuthority}.`,
    {
      field: 'registrationAuthority',
      remedy: known === '' ? 'Add one to registrationAuthorities.' : `Give one of: ${known}.`,
    },
  );
}

/** The assumptions that the settings have changed. */
export function changedFrom<Assumed extends object>(defaults: Assumed, set: Assumed): Record<string, FoundSetting> {
  return Object.fromEntries(
    Object.entries(set).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(Reflect.get(defaults, name)),
    ),
  ) as Record<string, FoundSetting>;
}
