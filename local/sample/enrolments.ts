import type { EnrolmentInput } from '../../src/client.js';
import type { Outcome } from '../../src/messages/outcome.js';
import { AUTHORITIES } from '../local-config.js';
import { Officer } from '../people/officer.js';
import { aSigner, PROFILES, provisionOfAll } from '../people/requester.js';
import { Signer } from '../people/signer.js';
import { follow, type SamplePlace } from './follow.js';

/** How one enrolment ended, for the screen and for `--json`. */
export interface EnrolmentResult {
  outcome: Outcome['outcome'];
  reason: string;
  profile: string;
  reference: string;
  workflowId: string;
  /** Path of the record of what happened. */
  evidence: string;
  /** The time of each stage, in milliseconds. */
  durations: Outcome['durations'];
}

type Sample = Pick<EnrolmentInput, 'untilIssued'> & { profile: string };

/** Two enrolments. One goes from the video directly to the certificate. The other is completed and approved in between. */
const SAMPLES: readonly Sample[] = [
  { profile: PROFILES.person, untilIssued: false },
  { profile: PROFILES.organisation, untilIssued: true },
];

/**
 * Carries an enrolment of a natural person and one of an organisation to their ends through the public verbs. Acts as
 * signer, provider's operator, requester and officer.
 *
 * @param prefix the beginning of the references
 * @throws VideoIdError of the verb that was refused; Error if one waits for an operator
 */
export async function runEnrolments(place: SamplePlace, prefix: string): Promise<EnrolmentResult[]> {
  const results: EnrolmentResult[] = [];
  for (const [at, sample] of SAMPLES.entries()) results.push(await runOne(place, `${prefix}-${at + 1}`, sample));
  return results;
}

async function runOne(place: SamplePlace, reference: string, sample: Sample): Promise<EnrolmentResult> {
  const { client, provider, archive, screen } = place;
  const { profile } = sample;
  const request = { flow: 'enrolment', reference } as const;
  const signer = new Signer(place, request);
  const officer = new Officer(place, request);
  const { workflowId, attempt } = await client.startEnrolment({
    reference,
    registrationAuthority: AUTHORITIES.manual,
    signer: aSigner(),
    ...sample,
    // No callback announces CREATED. The worker finds it by polling, and the sample should not take long.
    policy: { watch: { slow: '2s' } },
  });
  screen.line();
  screen.line(`  enrolment ${screen.paint('bold', reference)}: ${profile}`);

  const outcome = await follow(place, request, async ({ stage, verbs, missing, provider: { requestPk } }, turn) => {
    if (requestPk === undefined) return;
    await turn(stage === 'video', 'the signer', 'opens the link in the e-mail, finishes the video', () =>
      signer.video(requestPk),
    );
    await turn(stage === 'validation', "the provider's operator", 'validates the video', () =>
      provider.operator(requestPk, 'validate'),
    );
    const mayProvide = stage === 'completing' && verbs.includes('provide') && missing !== undefined;
    await turn(mayProvide, 'the requester', 'provides the data that are missing, and a deed', () =>
      client.provide(reference, provisionOfAll()),
    );
    const mayApprove = verbs.includes('approve');
    await turn(mayApprove, 'the officer', 'reads the declaration and the contract, and approves', async () => {
      await officer.read('cli');
      await officer.approve();
    });
    await turn(stage === 'issuing', 'the signer', 'opens the next e-mail, picks up the certificate', () =>
      signer.pickUp(requestPk),
    );
  });
  const { location: evidence } = await archive.locateFile({ ...request, attempt }, { kind: 'evidence' });
  const { outcome: kind, reason, durations } = outcome;
  return { outcome: kind, reason, profile, reference, workflowId, evidence, durations };
}
