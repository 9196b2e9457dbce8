import type { EnrolmentInput } from '../../src/client.js';
import { EnrolledPeople, ORGANISATION, WHOLE_ORGANISATION } from '../installation/enrolled-people.js';
import { AUTHORITIES, type Installation } from '../installation/installation.js';
import { OTHER_OFFICER } from '../installation/other-officer.js';
import { aSigner } from '../installation/people.js';
import type { Ends } from './ends.js';

const OF = { flow: 'enrolment' } as const;
const OPERATOR = { actor: { kind: 'operator', id: 'desk' } } as const;
const REQUESTER = { actor: { kind: 'requester', id: 'shop' } } as const;

/** Longer than people need for what comes before. Milliseconds. */
const SOON = 8000;

type Stage = Parameters<EnrolledPeople['throughTo']>[0];

/** Brings one enrolment to each end. */
export const ENROLMENT_ENDS = {
  'enrolled-person': async (at) => {
    const people = await EnrolledPeople.start(at);
    await people.identified();
    return people;
  },
  'enrolled-organisation': async (at) => {
    const people = await until(at, 'review');
    await people.approve();
    return people;
  },
  'enrolled-with-data-provided-later': async (at) => {
    const people = await until(at, 'completing');
    await people.untilStatus(({ missing }) => missing !== undefined);
    await people.provide();
    await people.until('review');
    await people.approve();
    return people;
  },
  'enrolled-approved-at-provider': async (at) => {
    const people = await until(at, 'review', { registrationAuthority: AUTHORITIES.atProvider });
    await people.operator('approve');
    return people;
  },
  'enrolled-automatic': async (at) => {
    const people = await EnrolledPeople.start(at, {
      ...WHOLE_ORGANISATION,
      registrationAuthority: AUTHORITIES.automatic,
    });
    await people.identified();
    return people;
  },
  'enrolled-and-issued': async (at) => {
    const people = await until(at, 'issuing');
    await at.client.preauthLink(people.reference, { ...OPERATOR, reason: 'the signer has no e-mail' });
    await people.pickUp();
    return people;
  },
  'enrolled-and-issued-unseen': async (at) => {
    const people = await until(at, 'review');
    await people.unseen('CREATED', async () => {
      await people.operator('approve');
      await people.pickUp();
    });
    return people;
  },
  'enrolled-by-another-officer': async (at) => {
    const people = await until(at, 'review');
    await people.approve(OTHER_OFFICER).catch(() => undefined); // the declaration must be shown first
    await people.approve(OTHER_OFFICER);
    return people;
  },
  'enrolment-cancelled-later': async (at) => {
    const people = await until(at, 'review');
    const request = Number(await people.requestPk());
    await at.provider.addFault({ name: 'answer-503', endpoint: 'ra-cancel', request });
    await at.client.cancel(people.reference, { ...REQUESTER, reason: 'not needed' }, OF);
    return people;
  },
  'enrolment-declined': async (at) => {
    const people = await until(at, 'review');
    await people.decline('deed-too-old');
    return people;
  },
  'enrolment-refused-at-provider': async (at) => {
    const people = await until(at, 'validation');
    await people.operator('refuse');
    return people;
  },
  'enrolment-expired-video': (at) => expired(at, 'video', { video: 1000 }),
  'enrolment-expired-validation': (at) => expired(at, 'validation', { review: SOON }),
  'enrolment-expired-completing': (at) => expired(at, 'completing', { review: SOON }),
  'enrolment-expired-review': (at) => expired(at, 'review', { review: SOON }),
  'enrolment-expired-issuing': (at) => expired(at, 'issuing', { signing: 1000 }),
  'enrolment-cancelled-video': (at) => cancelled(at, 'video'),
  'enrolment-cancelled-validation': (at) => cancelled(at, 'validation'),
  'enrolment-cancelled-completing': (at) => cancelled(at, 'completing'),
  'enrolment-cancelled-review': (at) => cancelled(at, 'review'),
  'enrolment-cancelled-issuing': (at) => cancelled(at, 'issuing'),
  'enrolment-abandoned': async (at) => {
    const people = await until(at, 'completing');
    await at.client.abandon(people.reference, { actor: { kind: 'signer' }, reason: 'wrong-phone' }, OF);
    return people;
  },
  'enrolment-new-video': async (at) => {
    const people = await until(at, 'video');
    await at.provider.video(await people.requestPk(), 'error');
    await people.attention('VIDEO_FAILED');
    await at.client.newVideo(people.reference, { ...OPERATOR, reason: 'the camera was broken' }, OF);
    await people.untilStatus(({ attention }) => attention === undefined);
    await people.identified();
    return people;
  },
  'enrolment-scratchcards-gone': async (at) => {
    const text = '{"error":"ScratchCard matching query does not exist."}';
    const scope = { endpoint: 'ra-first-scratchcard', registrationAuthority: AUTHORITIES.atProvider };
    const fault = await at.provider.addFault({ name: 'answer-500', ...scope, text });
    const people = await EnrolledPeople.start(at, { registrationAuthority: AUTHORITIES.atProvider });
    await people.attention('NO_SCRATCHCARD_LEFT');
    await at.provider.removeFault(fault);
    await at.client.resolve(people.reference, { ...OPERATOR, remedy: 'retry' }, OF);
    await people.identified();
    return people;
  },
  'enrolment-approval-in-doubt': async (at) => {
    const people = await until(at, 'review');
    await people.approveInDoubt().catch(() => undefined); // refused, as intended
    return people;
  },
  'enrolment-create-adopted': async (at) => {
    const signer = aSigner();
    await at.provider.addFault({ name: 'answer-lost', endpoint: 'ra-create', phone: signer.phone, times: 1 });
    const unreadable = await at.provider.addFault({
      name: 'answer-other',
      endpoint: 'ra-list-requests',
      code: 200,
      text: '{"results": "none"}',
    });
    const people = await EnrolledPeople.start(at, { signer });
    await people.untilStatus(({ attention }) => attention?.remedies.includes('adopt') === true);
    const made = (await at.provider.enrolments()).find(({ phone }) => phone === signer.phone);
    await at.client.resolve(
      people.reference,
      { ...OPERATOR, remedy: 'adopt', ids: { requestPk: String(made?.pk) } },
      OF,
    );
    await at.provider.removeFault(unreadable); // otherwise, create would find by itself what it made
    await people.identified();
    return people;
  },
} satisfies Ends;

/** By the way to the stage: only organisations lack data and are reviewed. */
async function until(at: Installation, stage: Stage, more: Partial<EnrolmentInput> = {}): Promise<EnrolledPeople> {
  const people = await EnrolledPeople.start(at, { ...inputFor(stage), ...more });
  await people.throughTo(stage);
  return people;
}

function inputFor(stage: Stage): Partial<EnrolmentInput> {
  switch (stage) {
    case 'completing':
      return { profile: ORGANISATION };
    case 'review':
      return WHOLE_ORGANISATION;
    case 'issuing':
      return { untilIssued: true };
    case 'video':
    case 'validation':
      return {};
  }
}

/** @throws Error if it ended in another way, because the deadline was too short for what comes before */
async function expired(at: Installation, stage: Stage, deadlines: object): Promise<EnrolledPeople> {
  const people = await until(at, stage, { policy: { deadlines } });
  const { reason } = await people.outcome();
  if (reason !== `${stage}-deadline`) throw new Error(`it ended by ${reason}, not by the deadline of ${stage}`);
  return people;
}

async function cancelled(at: Installation, stage: Stage): Promise<EnrolledPeople> {
  const people = await until(at, stage);
  await at.client.cancel(people.reference, { ...REQUESTER, reason: 'not needed any more' }, OF);
  return people;
}
