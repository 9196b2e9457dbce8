import { join } from 'node:path';
import type { Archive } from '../src/archive/archive.js';
import type { EnrolmentInput, VideoIdClient } from '../src/client.js';
import type { Outcome } from '../src/messages/outcome.js';
import type { RequestFields } from '../src/messages/request-fields.js';
import type { RequestStatus, Verb } from '../src/messages/status.js';
import { AUTHORITIES, OFFICER } from './local-config.js';
import { PROJECT } from './project.js';
import { EVERY, hashOf, SIGNER } from './sample-request.js';
import type { SandboxPeople } from './sandbox-people.js';
import type { Screen } from './screen.js';
import { Told } from './told.js';

/** How one enrolment ended, for people and for `--json`. */
export interface EnrolmentResult {
  outcome: Outcome['outcome'];
  reason: string;
  profile: string;
  reference: string;
  workflowId: string;
  /** Path of the record of what happened. */
  evidence: string;
  /** Milliseconds each stage took. */
  durations: Outcome['durations'];
}

export interface EnrolmentsOrder {
  client: VideoIdClient;
  archive: Archive;
  people: SandboxPeople;
  screen: Screen;
  /** Begins the references. */
  prefix: string;
}

/** Profiles of certificates of a natural person and of somebody who belongs to an organisation. */
export const PROFILES = { person: 'PFnubeQAFCiudadano', organisation: 'PFnubeQAFEmpresa' } as const;
/** A made-up organisation: what its certificate wants, and no video gives. */
export const ORGANISATION: RequestFields = {
  organization_name: 'Ejemplo Sociedad Limitada',
  organization_country: 'ES',
  organization_email: 'office@example.com',
  organization_tax_number: 'B00000000',
  responsible_name: 'Nora',
  responsible_first_surname: 'Ejemplo',
  responsible_serial: '00000000T',
  title: 'Director',
};
/** Stands for the deed of the organisation. */
export const DEED = join(PROJECT, 'samples', 'annex.pdf');

/** One that goes straight from the video to the certificate, and one that is completed and approved in between. */
const SAMPLES: readonly Pick<EnrolmentInput, 'profile' | 'untilIssued'>[] = [
  { profile: PROFILES.person },
  { profile: PROFILES.organisation, untilIssued: true },
];

/**
 * Carries an enrolment of a natural person and one of an organisation to their ends through the public verbs, playing signer,
 * the provider's operator, requester and officer, and shows each step as it happens.
 *
 * @throws VideoIdError of the verb that was refused; Error when one waits for an operator
 */
export async function runEnrolments(order: EnrolmentsOrder): Promise<EnrolmentResult[]> {
  const results: EnrolmentResult[] = [];
  for (const [at, sample] of SAMPLES.entries()) {
    results.push(await runOne(order, `${order.prefix}-${at + 1}`, sample));
  }
  return results;
}

async function runOne(
  order: EnrolmentsOrder,
  reference: string,
  sample: (typeof SAMPLES)[number],
): Promise<EnrolmentResult> {
  const { client, archive, screen } = order;
  const { profile = '' } = sample;
  const began = Date.now();
  const started = await client.startEnrolment({
    reference,
    registrationAuthority: AUTHORITIES.manual,
    signer: SIGNER,
    ...sample,
    // The provider announces CREATED to nobody: a read must find it, and nobody here likes to wait for long.
    policy: { watch: { slow: '2s' } },
  });
  screen.line();
  screen.line(`  enrolment ${screen.paint('bold', reference)}: ${profile}`);
  const told = new Told(screen, began);
  const played = new Set<string>();
  for await (const status of client.watch(reference, { flow: 'enrolment', every: EVERY })) {
    told.events(status.events);
    if (status.attention !== undefined) told.attention(status.attention);
    await play(order, status, played);
  }
  const outcome = await client.outcome(reference, { flow: 'enrolment', wait: true });
  told.end(outcome);
  const key = { flow: 'enrolment', reference, attempt: started.attempt } as const;
  const { path: evidence } = await archive.locateFile(key, { kind: 'evidence' });
  const { outcome: kind, reason, durations } = outcome;
  return { outcome: kind, reason, profile, reference, workflowId: started.workflowId, evidence, durations };
}

/** Does what the person whose turn it is would do, once. */
async function play(order: EnrolmentsOrder, status: RequestStatus, played: Set<string>): Promise<void> {
  const { client, people, screen } = order;
  const { reference, stage, verbs } = status;
  const pk = status.provider.requestPk ?? '';
  const turn = (what: Verb | typeof stage, may: boolean): boolean =>
    may && pk !== '' && !played.has(what) && Boolean(played.add(what));
  const playing = (who: string, what: string): void => screen.line(screen.paint('dim', `    playing ${who}: ${what}`));

  if (turn('video', stage === 'video')) {
    playing('the signer', 'opens the link in the e-mail and finishes the video identification');
    await people.finishEnrolmentVideo(pk);
  }
  if (turn('validation', stage === 'validation')) {
    playing("the provider's operator", 'validates the video');
    await people.validateVideo(pk);
  }
  if (turn('provide', stage === 'completing' && verbs.includes('provide') && status.missing !== undefined)) {
    playing('the requester', `provides ${status.missing?.join(', ') ?? ''}, and a deed`);
    await client.provide(reference, {
      actor: { kind: 'requester' },
      fields: ORGANISATION,
      documents: [{ name: 'deed.pdf', content: DEED }],
    });
  }
  if (turn('approve', verbs.includes('approve'))) {
    playing('the officer', `reads the declaration and the contract, and approves as ${OFFICER}`);
    await hashOf((await client.declaration(reference, { channel: 'cli' })).stream);
    await hashOf((await client.contract(reference, { flow: 'enrolment', channel: 'cli' })).stream);
    const decision = { decision: 'approve', officer: OFFICER, evidenceSeen: 'the page of the sandbox' } as const;
    await client.review(reference, decision, { flow: 'enrolment' });
  }
  if (turn('issuing', stage === 'issuing')) {
    playing('the signer', 'opens the link in the e-mail and picks up the certificate');
    await people.pickUpCertificate(pk);
  }
}
