import { rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Config } from '../config.js';
import { VideoIdError } from '../messages/failures.js';
import type { Flow } from '../messages/request.js';
import { isFieldName } from '../messages/request-fields.js';
import { unknownField } from '../messages/unknown-field.js';
import { receiveCallbacks } from './callbacks/callbacks.js';
import { ENROLMENT_FLOW } from './enrolment/flow.js';
import { conclude } from './findings.js';
import type { Place, ProbeFlow, ProbeOptions } from './flow.js';
import { markdownOf } from './report/rendering.js';
import { type Report, reportOf } from './report/report.js';
import { guarded } from './recording/guard.js';
import { ProbeRun } from './run.js';
import { Seen } from './seen.js';
import { SIGNATURE_FLOW } from './signature/flow.js';
import { ProbeStorage } from './storage.js';
import { onInterruption, workFolder } from './work-folder.js';

/** What a new probe is about. */
export interface ProbeOrder {
  flow: Flow;
  registrationAuthority: string;
  /** Who decides. Undefined: a person decides in the provider's console. */
  officer: string | undefined;
  signer: { phone: string; email: string };
  profile: string;
  /** What fields of an enrolment shall hold. */
  fields?: Readonly<Record<string, string>>;
  /** Paths. */
  documents: readonly string[];
  /** Where the files of the probe go. */
  folder: string;
}

const FLOWS: Readonly<Record<Flow, ProbeFlow>> = { signature: SIGNATURE_FLOW, enrolment: ENROLMENT_FLOW };

/** Makes the files of a new probe. */
export async function beginProbe(order: ProbeOrder, { config, simulated }: ProbeOptions): Promise<ProbeStorage> {
  const { registrationAuthority, signer, profile, officer } = order;
  const place = placeOf(config, registrationAuthority);
  const assumed = FLOWS[order.flow].assumed(place);
  const unknown = Object.keys(order.fields ?? {}).find((name) => !isFieldName(name));
  if (unknown !== undefined) throw unknownField(unknown);
  const storage = await ProbeStorage.fresh(order.folder, new Date());
  const run = await ProbeRun.begin(
    storage,
    {
      flow: order.flow,
      env: place.environment.env,
      assumed,
      secrets: {
        registrationAuthority,
        signer,
        profile,
        fields: { ...order.fields },
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
  const folder = await workFolder();
  const { people: told } = options;
  const interruption = onInterruption(() => {
    rmSync(folder, { recursive: true, force: true });
    rmSync(storage.lockPath, { force: true });
    told.say('', `Stopped. What was seen is kept. Go on with: videoid probe ${storage.path}`);
  });
  try {
    const run = await ProbeRun.resume(storage);
    const { config, people } = options;
    const place = placeOf(config, run.secrets.registrationAuthority);
    const callbacks = await receiveCallbacks(run, options.callbacks);
    let withdraw: (() => Promise<void>) | undefined;
    try {
      people.say(...callbacks.advice);
      if (callbacks.address !== undefined) withdraw = await options.announce?.(callbacks.address);
      const course = await FLOWS[run.file.flow].prepare({ run, options, place, folder });
      try {
        await course.follow();
        // A failed step is tried again when the probe is taken up again.
        if (run.file.steps.every(({ end }) => end !== 'failed')) run.file.ended ??= new Date().toISOString();
      } finally {
        await course.close();
        await callbacks.close();
        await concludeProbe(run, storage, place.name);
      }
    } finally {
      await callbacks.close();
      await withdraw?.();
    }
    people.say('');
    return reportOf(guarded(run.file, run.showing), storage.path, {
      environment: place.name,
      words: run.secrets.words,
    });
  } finally {
    interruption.end();
    await rm(folder, { recursive: true, force: true });
    await unlock();
  }
}

async function concludeProbe(run: ProbeRun, storage: ProbeStorage, environment: string): Promise<void> {
  const { assumptions, conclusions } = FLOWS[run.file.flow];
  const names = assumptions.map(({ name }) => name);
  run.file.findings = conclude(conclusions, names, new Seen(guarded(run.file, run.showing)));
  await run.save();
  const report = reportOf(guarded(run.file, run.showing), storage.path, { environment, words: run.secrets.words });
  await storage.saveReport(markdownOf(report, assumptions));
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
