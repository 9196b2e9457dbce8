import type { StartInput } from '../../src/client.js';
import { AUTHORITIES, type Installation } from '../installation/installation.js';
import { aSigner, People } from '../installation/people.js';
import { Temporal } from '../installation/temporal.js';
import { TYPING_OFFICER } from '../installation/shared-settings.js';
import type { Ends } from './ends.js';

const OPERATOR = { kind: 'operator', id: 'desk' } as const;
const REQUESTER = { kind: 'requester', id: 'shop' } as const;
const SOON = 1000;

/** Brings one signature request to each end. */
export const SIGNATURE_ENDS = {
  'signed-manual': (at) => until(at, 'signed'),
  'signed-automatic': async (at) => {
    const people = await People.start(at, { registrationAuthority: AUTHORITIES.automatic });
    await people.finishVideo();
    await people.askForCode();
    await people.sign();
    return people;
  },
  'signed-at-provider': async (at) => {
    const people = await until(at, 'review', { registrationAuthority: AUTHORITIES.atProvider });
    await people.console('approve');
    await people.askForCode();
    await people.sign();
    return people;
  },
  refused: async (at) => {
    const people = await until(at, 'review');
    await people.refuse('document-expired');
    return people;
  },
  'refused-at-provider': async (at) => {
    const people = await until(at, 'review', { registrationAuthority: AUTHORITIES.atProvider });
    await people.console('refuse');
    return people;
  },
  'expired-video': (at) => People.start(at, { policy: { deadlines: { video: SOON } } }),
  'expired-review': (at) => until(at, 'review', { policy: { deadlines: { review: SOON } } }),
  'expired-signing': (at) => until(at, 'acceptance', { policy: { deadlines: { signing: 2 * SOON } } }),
  'cancelled-video': (at) => cancelled(at, 'video'),
  'cancelled-review': (at) => cancelled(at, 'review'),
  'cancelled-acceptance': (at) => cancelled(at, 'acceptance'),
  'cancelled-by-temporal': async (at) => {
    const people = await until(at, 'code');
    const temporal = await Temporal.connect(at);
    await temporal.workflow(people.workflowId).cancel();
    await people.outcome();
    await temporal.close();
    return people;
  },
  abandoned: async (at) => {
    const people = await until(at, 'acceptance');
    await at.client.abandon(people.reference, { actor: { kind: 'signer' }, reason: 'wrong-phone' });
    return people;
  },
  'new-video': async (at) => {
    const people = await until(at, 'video');
    await at.provider.video(await people.requestPk(), 'error');
    await people.attention('VIDEO_FAILED');
    await at.client.newVideo(people.reference, { actor: OPERATOR, reason: 'the camera was broken' });
    await people.untilStatus(({ attention }) => attention === undefined);
    await people.throughTo('signed');
    return people;
  },
  'earlier-video': async (at) => {
    const people = await until(at, 'video');
    const { provider } = await people.status();
    const ids = { videoidPk: String(provider.videoidPk), requestPk: await people.requestPk() };
    await at.provider.video(ids.requestPk, 'incomplete');
    const order = { actor: OPERATOR, reason: 'nothing happens', discardVideo: true } as const;
    await at.client.newVideo(people.reference, order);
    await at.provider.video(ids.requestPk, 'finished');
    await people.attention('EARLIER_VIDEO_FINISHED');
    await at.client.resolve(people.reference, { remedy: 'adopt', actor: OPERATOR, ids });
    await people.until('review');
    await people.approve();
    await people.throughToCode();
    await people.sign();
    return people;
  },
  'decision-refused': async (at) => {
    const people = await until(at, 'review');
    const decision = { decision: 'approve', officer: TYPING_OFFICER, evidenceSeen: 'console' } as const;
    await at.client.review(people.reference, { ...decision, credentials: { pin: 'wrong-pin' } }).catch(() => undefined); // refused, as intended
    await people.attention('CREDENTIALS_REFUSED');
    await people.approve();
    await people.throughToCode();
    await people.sign();
    return people;
  },
  'create-in-doubt-given-up': async (at) => {
    const signer = aSigner();
    await at.provider.addFault({ name: 'answer-lost', endpoint: 'create', phone: signer.phone, times: 1 });
    const people = await People.start(at, { signer });
    await people.attention('CREATE_IN_DOUBT');
    await at.client.resolve(people.reference, { remedy: 'cancel', actor: OPERATOR });
    return people;
  },
  'code-not-accepted': async (at) => {
    const people = await until(at, 'code', { policy: { code: { notAcceptedLimit: 1 } } });
    await at.client.sign(people.reference, { secret: 'not-the-code' }).catch(() => undefined); // refused, as intended
    await people.attention('CODES_EXHAUSTED');
    await at.client.resolve(people.reference, { remedy: 'retry', actor: OPERATOR });
    await people.untilStatus(({ attention }) => attention === undefined);
    await people.sign();
    return people;
  },
  'create-in-doubt-adopted': async (at) => {
    const signer = aSigner();
    await at.provider.addFault({ name: 'answer-lost', endpoint: 'create', phone: signer.phone, times: 1 });
    const people = await People.start(at, { signer });
    await people.attention('CREATE_IN_DOUBT');
    const made = (await at.provider.requests()).find(({ phone }) => phone === signer.phone);
    const ids = { videoidPk: String(made?.videoidPk), requestPk: String(made?.pk) };
    await at.client.resolve(people.reference, { remedy: 'adopt', actor: OPERATOR, ids });
    await people.throughTo('signed');
    return people;
  },
  'provider-unreachable': async (at) => {
    const policy = { steps: { watch: { budget: 1, backoff: 100, slowest: 100 } } };
    const people = await People.start(at, { policy });
    const fault = await people.fault({ name: 'answer-503', endpoint: 'get-request' });
    await people.untilStatus(({ attention }) => attention !== undefined);
    await at.provider.removeFault(fault);
    await people.untilStatus(({ attention }) => attention === undefined);
    await people.throughTo('signed');
    return people;
  },
  'sign-in-doubt': async (at) => {
    const people = await until(at, 'code');
    await people.fault({ name: 'answer-lost', endpoint: 'sign', times: 1 });
    await people.sign();
    return people;
  },
  'cancelled-and-read': async (at) => {
    const people = await until(at, 'acceptance');
    await people.fault({ name: 'lost' });
    await people.console('cancel');
    return people;
  },
  'gone-while-in-doubt': async (at) => {
    const people = await until(at, 'code');
    const hold = await people.fault({ name: 'hold-before', endpoint: 'sign' });
    await people.fault({ name: 'answer-lost', endpoint: 'sign', times: 1 });
    const given = at.client.sign(people.reference, { secret: 'not-the-code' }).catch(() => undefined); // refused, as intended
    await people.held(hold); // a hint that comes late causes no more reads
    await people.fault({ name: 'answer-other', endpoint: 'get-request', code: 404, text: 'Not found' });
    await at.provider.removeFault(hold);
    await people.untilStatus(({ attention }) => attention?.step === 'sign' && !attention.leavesByItself);
    await given;
    const ending = at.client.cancel(people.reference, { actor: OPERATOR, reason: 'gone' }).catch(() => undefined);
    await people.untilStatus(({ attention }) => attention?.step === 'clean');
    await at.client.resolve(people.reference, { remedy: 'skip', actor: OPERATOR });
    await ending;
    return people;
  },
  'signature-given-up': async (at) => {
    const people = await until(at, 'code');
    const text = 'Invalid countersignature credentials';
    await people.fault({ name: 'answer-other', endpoint: 'sign', code: 403, text });
    await people.sign().catch(() => undefined); // refused, as intended
    await people.attention('CREDENTIALS_REFUSED');
    await at.client.resolve(people.reference, { remedy: 'cancel', actor: OPERATOR });
    return people;
  },
  'verification-accepted': async (at) => {
    const people = await until(at, 'code');
    await people.fault({ name: 'file-damaged', endpoint: 'get-document' });
    await people.sign();
    await people.attention('VERIFICATION_NOT_PASSED');
    await at.client.resolve(people.reference, { remedy: 'accept-files', actor: OPERATOR });
    return people;
  },
  'video-late': async (at) => {
    const people = await People.start(at, { policy: { deadlines: { video: SOON } } });
    await people.outcome();
    await people.finishVideo();
    return people;
  },
  reopened: async (at) => {
    const people = await People.start(at, { policy: { deadlines: { video: SOON } } });
    await people.outcome();
    const { workflowId } = await at.client.reopen(people.reference, { actor: OPERATOR, reason: 'the signer is back' });
    await people.throughTo('signed');
    await people.outcome();
    return { reference: people.reference, workflowId };
  },
  'cleanup-pending': async (at) => {
    const people = await until(at, 'code', {
      policy: { steps: { clean: { budget: 1000, backoff: 1500, slowest: 300 } } },
    });
    const fault = await people.fault({ name: 'answer-503', endpoint: 'delete-document' });
    await people.sign();
    await people.outcome();
    await at.provider.removeFault(fault);
    return people;
  },
} satisfies Ends;

type Stage = Parameters<People['throughTo']>[0] | 'video';

async function until(at: Installation, stage: Stage, more: Partial<StartInput> = {}): Promise<People> {
  const people = await People.start(at, more);
  if (stage === 'video') await people.until('video');
  else await people.throughTo(stage);
  return people;
}

async function cancelled(at: Installation, stage: Stage): Promise<People> {
  const people = await until(at, stage);
  await at.client.cancel(people.reference, { actor: REQUESTER, reason: 'not needed any more' });
  return people;
}
