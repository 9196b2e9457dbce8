import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { FaultOrder } from '../../sandbox/client/sandbox-client.js';
import { type StartInput, VideoIdClient } from '../../src/client.js';
import { AUTHORITIES, type Installation, OFFICER } from '../installation/installation.js';
import { eventually } from '../installation/patience.js';
import { aSigner, aStart, People, SAMPLES, UNLOCK } from '../installation/people.js';
import { typeCommand } from '../installation/typed-command.js';
import { acceptAndSign, type Situation } from './stuck.js';
import { putRightSecret, setRightWebhook, WRONG } from './stuck-authorities.js';

const EXPECTED = '12345678Z';
const somebodyExpected = () => ({ ...aSigner(), expected: { documentNumber: EXPECTED } });

/** Situations in which a signature request is stuck, each with a new request. The installation has the authorities with problems. */
export function stuckSignatures(at: () => Installation): Record<string, Situation<People>> {
  const start = (more: Partial<StartInput> = {}): Promise<People> => People.start(at(), more);
  const doubtfulSigner = aSigner();
  const faults = new Map<string, string>();

  /** A fault that affects only this request, until it is removed. */
  async function struck(who: People, fault: FaultOrder): Promise<void> {
    faults.set(who.reference, await who.fault(fault));
  }

  async function recover(who: People): Promise<void> {
    await at().provider.removeFault(faults.get(who.reference) ?? '');
  }

  async function doubtful() {
    const made = (await at().provider.requests()).find(({ phone }) => phone === doubtfulSigner.phone);
    if (made === undefined) throw new Error('nothing was created');
    return made;
  }

  return {
    'the provider answers every read with 503': {
      async provoke() {
        const who = await start();
        await who.until('video');
        await struck(who, { name: 'answer-503', endpoint: 'get-request' });
        return who;
      },
      why: {
        state: 'retrying',
        code: 'PROVIDER_BUSY',
        leavesByItself: true,
        words: /HTTP 503/,
        endsBy: /next try that succeeds/,
      },
      repair: recover,
      goOn: throughToSigned,
      end: 'signed',
    },
    'the provider does not know the password of the officer': {
      async provoke() {
        const who = await start({ registrationAuthority: WRONG.password });
        await who.throughTo('review');
        await expect(who.approve()).rejects.toMatchObject({ code: 'CREDENTIALS_REFUSED' });
        return who;
      },
      why: {
        state: 'attention',
        code: 'CREDENTIALS_REFUSED',
        leavesByItself: false,
        words: /last decision was not taken: HTTP 403: Invalid RAO credentials/,
      },
      repair: async () => putRightSecret(WRONG.password),
      remedy: /^videoid approve/,
      goOn: acceptAndSign,
      end: 'signed',
    },
    'an officer typed a wrong PIN': {
      async provoke() {
        const who = await start({ registrationAuthority: WRONG.typedPin });
        await who.throughTo('review');
        const decision = { decision: 'approve', officer: OFFICER, evidenceSeen: 'console' } as const;
        await expect(
          at().client.review(who.reference, { ...decision, credentials: { pin: '0000' } }),
        ).rejects.toMatchObject({ code: 'CREDENTIALS_REFUSED' });
        return who;
      },
      why: {
        state: 'attention',
        code: 'CREDENTIALS_REFUSED',
        leavesByItself: false,
        words: /last decision was not taken/,
        endsBy: /an officer approves or refuses/,
      },
      remedy: /^videoid approve .* --ask-pin$/,
      input: () => 'rao-pin-1400\n',
      goOn: acceptAndSign,
      end: 'signed',
    },
    'an approval is being carried out, and the provider is slow': {
      async provoke() {
        const who = await start();
        await who.throughTo('review');
        await struck(who, { name: 'hold-before', endpoint: 'approve' });
        void who.approve().catch(() => undefined);
        return who;
      },
      why: {
        state: 'under-way',
        leavesByItself: true,
        words: /being carried out at the provider: approve/,
        endsBy: /^the provider's answer$/,
      },
      repair: recover,
      goOn: acceptAndSign,
      end: 'signed',
    },
    'the provider refuses to delete the copies': {
      async provoke() {
        const who = await start();
        await who.throughTo('code');
        const text = 'You do not have permission to perform this action';
        await struck(who, { name: 'answer-other', endpoint: 'delete-document', code: 403, text });
        await who.sign();
        await who.outcome();
        return who;
      },
      why: {
        state: 'ended',
        code: 'CREDENTIALS_REFUSED',
        leavesByItself: true,
        words: /Ended signed.*permission/,
        endsBy: /next try to delete/,
      },
      repair: recover,
      remedy: /^videoid documents .* --save/,
      filled: () => ({ DIRECTORY: mkdtempSync(join(tmpdir(), 'videoid-saved-')) }),
      goOn: nothing,
      end: 'signed',
    },
    'the PIN of the officer is not where the settings say': {
      async provoke() {
        const who = await start({ registrationAuthority: WRONG.pin });
        await who.throughTo('review');
        await expect(who.approve()).rejects.toMatchObject({ code: 'SECRET_NOT_FOUND' });
        return who;
      },
      why: { state: 'attention', code: 'SECRET_NOT_FOUND', leavesByItself: false, words: /rao-pin-143/ },
      repair: async () => putRightSecret(WRONG.pin),
      remedy: /^videoid approve/,
      goOn: acceptAndSign,
      end: 'signed',
    },
    'the billing is refused': {
      provoke: () => start({ registrationAuthority: WRONG.billing }),
      why: {
        state: 'attention',
        code: 'CREDENTIALS_REFUSED',
        leavesByItself: false,
        words: /credit for the billing user/,
      },
      repair: async () => putRightSecret(WRONG.billing),
      remedy: /--remedy retry$/,
      goOn: throughToSigned,
      end: 'signed',
    },
    'nobody knows whether the request was created': {
      async provoke() {
        await at().provider.addFault({
          name: 'answer-lost',
          endpoint: 'create',
          phone: doubtfulSigner.phone,
          times: 1,
        });
        return start({ signer: doubtfulSigner });
      },
      why: {
        state: 'attention',
        code: 'CREATE_IN_DOUBT',
        leavesByItself: false,
        words: /before the answer was complete|closed/,
      },
      remedy: /--remedy adopt/,
      async filled() {
        const made = await doubtful();
        return { VIDEOID_PK: String(made.videoidPk), REQUEST_PK: String(made.pk) };
      },
      input: async () => `${(await doubtful()).link}\n`,
      goOn: throughToSigned,
      end: 'signed',
    },
    'the video failed': {
      async provoke() {
        const who = await start();
        await at().provider.video(await who.requestPk(), 'error');
        return who;
      },
      why: {
        state: 'attention',
        code: 'VIDEO_FAILED',
        leavesByItself: true,
        words: /VIDEOERROR/,
        endsBy: /another status at the provider/,
      },
      remedy: /--remedy new-video$/,
      goOn: throughToSigned,
      end: 'signed',
    },
    'the video stays incomplete': {
      async provoke() {
        const who = await start();
        await at().provider.video(await who.requestPk(), 'incomplete');
        return who;
      },
      why: {
        state: 'waiting',
        leavesByItself: true,
        words: /VIDEOINCOMPLETE: the signer has not finished/,
        endsBy: /the signer finishes the video/,
      },
      remedy: /^videoid link/,
      goOn: throughToSigned,
      end: 'signed',
    },
    'the video may be finished, and another one is wanted all the same': {
      async provoke() {
        const who = await start();
        await at().provider.video(await who.requestPk(), 'incomplete');
        const order = { actor: { kind: 'operator' }, reason: 'nothing happens' } as const;
        await expect(at().client.newVideo(who.reference, order)).rejects.toMatchObject({
          code: 'VIDEO_PERHAPS_FINISHED',
          message: expect.stringMatching(/a video that is paid.*--discard-video/) as string,
        });
        return who;
      },
      why: { state: 'waiting', leavesByItself: true, words: /VIDEOINCOMPLETE/ },
      remedy: /^videoid new-video .* --discard-video/,
      goOn: throughToSigned,
      end: 'signed',
    },
    'the video may be finished, and the request is to end all the same': {
      async provoke() {
        const who = await start();
        await at().provider.video(await who.requestPk(), 'incomplete');
        return who;
      },
      why: { state: 'waiting', leavesByItself: true, words: /VIDEOINCOMPLETE/ },
      remedy: /^videoid cancel .* --discard-video/,
      goOn: () => Promise.resolve(),
      end: 'cancelled',
    },
    'an earlier video is finished after another one was made': {
      async provoke() {
        const who = await start();
        const earlier = await who.requestPk();
        await at().provider.video(earlier, 'incomplete');
        const order = { actor: { kind: 'operator' }, reason: 'nothing happens', discardVideo: true } as const;
        await at().client.newVideo(who.reference, order);
        await at().provider.video(earlier, 'finished');
        return who;
      },
      why: {
        state: 'attention',
        code: 'EARLIER_VIDEO_FINISHED',
        leavesByItself: true,
        words: /finished an earlier video.*VIDEOREVIEW/,
      },
      remedy: /--remedy adopt --adopt \d+,\d+$/,
      goOn: approveAndSign,
      end: 'signed',
    },
    'the registration authority approves in two steps': {
      async provoke() {
        const who = await start({ registrationAuthority: WRONG.twoSteps });
        await who.throughTo('review');
        await who.approve();
        return who;
      },
      why: {
        state: 'attention',
        code: 'APPROVAL_INCOMPLETE',
        leavesByItself: true,
        words: /CREATED.*Approve in the provider's console/,
        endsBy: /^the approval in the provider's console$/,
      },
      repair: (who) => who.console('approve'),
      goOn: acceptAndSign,
      end: 'signed',
    },
    'the video shows another number than the expected one, and approval is automatic': {
      async provoke() {
        const who = await start({ registrationAuthority: AUTHORITIES.automatic, signer: somebodyExpected() });
        await who.finishVideo();
        return who;
      },
      why: {
        state: 'attention',
        code: 'SIGNER_UNEXPECTED',
        leavesByItself: true,
        words: /document number of the signer is not the expected one/,
        endsBy: /an officer approves or refuses/,
      },
      remedy: /^videoid correct .* --field NAME=VALUE/,
      filled: () => ({ NAME: 'serial_number', VALUE: EXPECTED }),
      goOn: acceptAndSign,
      end: 'signed',
    },
    'somebody else was approved in the provider’s console': {
      async provoke() {
        const who = await start({ registrationAuthority: AUTHORITIES.atProvider, signer: somebodyExpected() });
        await who.throughTo('review');
        await who.console('approve');
        return who;
      },
      why: { state: 'attention', code: 'SIGNER_UNEXPECTED', leavesByItself: false, words: /not the expected one/ },
      remedy: /--remedy accept-signer$/,
      goOn: acceptAndSign,
      end: 'signed',
    },
    'the provider shows a status that nobody documents': {
      async provoke() {
        const who = await start();
        await who.until('video');
        await struck(who, { name: 'status-unknown', endpoint: 'get-request' });
        return who;
      },
      why: { state: 'attention', code: 'STATUS_UNEXPECTED', leavesByItself: true, words: /The provider says EXPIRED/ },
      remedy: /--remedy wait$/,
      async goOn(who) {
        await recover(who);
        await who.throughTo('signed');
      },
      end: 'signed',
    },
    'the provider does not take the document': {
      async provoke() {
        const who = await start();
        await who.throughTo('review');
        await struck(who, { name: 'answer-other', endpoint: 'upload', code: 415, text: 'Unsupported file type: pdf' });
        await who.approve();
        return who;
      },
      why: {
        state: 'attention',
        code: 'PROVIDER_REFUSED',
        leavesByItself: false,
        words: /refused document 1: .*Unsupported file type.*Document 1 is "agreement.pdf"/,
      },
      remedy: /^videoid cancel/,
      async goOn(who) {
        await recover(who);
        await who.outcome();
        const { remedies } = await at().client.why(who.reference);
        const [anew] = remedies;
        expect(anew?.command).toMatch(/^videoid sign FILES --new-attempt/);
        await typeCommand(at(), anew?.command ?? '', { filled: { FILES: join(SAMPLES, 'annex.pdf') } });
        await who.throughTo('signed');
      },
      end: 'signed',
    },
    'the contract is not there': {
      async provoke() {
        const who = await start();
        await who.throughTo('review');
        await struck(who, {
          name: 'answer-other',
          endpoint: 'get-contract',
          code: 404,
          text: 'Request 1234 not found',
        });
        await who.approve();
        return who;
      },
      why: { state: 'attention', code: 'PROVIDER_NOT_FOUND', leavesByItself: false, words: /HTTP 404/ },
      repair: recover,
      remedy: /--remedy retry$/,
      goOn: acceptAndSign,
      end: 'signed',
    },
    'another code is asked for too early': {
      async provoke() {
        const who = await start({ policy: { code: { coolDown: 4000 } } });
        await who.throughTo('code');
        await expect(who.askForCode()).rejects.toMatchObject({ code: 'CODE_COOL_DOWN' });
        return who;
      },
      why: {
        state: 'waiting',
        leavesByItself: true,
        words: /the next can be requested from/,
        endsBy: /types the code/,
      },
      repair: async () => pause(4000),
      remedy: /^videoid otp/,
      filled: () => ({ VERSION: '1' }),
      goOn: (who) => who.sign(),
      end: 'signed',
    },
    'a code was not accepted': {
      async provoke() {
        const who = await start();
        await who.throughTo('code');
        await expect(at().client.sign(who.reference, { secret: '000000' })).rejects.toMatchObject({
          code: 'CODE_NOT_ACCEPTED',
        });
        return who;
      },
      why: {
        state: 'waiting',
        code: 'CODE_NOT_ACCEPTED',
        leavesByItself: true,
        words: /not accepted \(wrong or expired\)/,
      },
      remedy: /^videoid confirm/,
      input: async (who) => `${await who.code()}\n`,
      goOn: nothing,
      end: 'signed',
    },
    'too many codes were not accepted': {
      async provoke() {
        const who = await start({ policy: { code: { notAcceptedLimit: 2 } } });
        await who.throughTo('code');
        for (const secret of ['000000', '000001']) {
          await expect(at().client.sign(who.reference, { secret })).rejects.toMatchObject({
            code: 'CODE_NOT_ACCEPTED',
          });
        }
        return who;
      },
      why: { state: 'attention', code: 'CODES_EXHAUSTED', leavesByItself: false, words: /Too many codes/ },
      remedy: /--remedy retry$/,
      goOn: async (who) => {
        await who.untilStatus(({ attention }) => attention === undefined);
        await who.sign();
      },
      end: 'signed',
    },
    'the provider refuses to sign for want of permission': {
      async provoke() {
        const who = await start();
        await who.throughTo('code');
        const text = 'You do not have permission to perform this action';
        await struck(who, { name: 'answer-other', endpoint: 'sign', code: 403, text });
        await expect(who.sign()).rejects.toMatchObject({ code: 'CREDENTIALS_REFUSED' });
        return who;
      },
      why: { state: 'attention', code: 'CREDENTIALS_REFUSED', leavesByItself: false, words: /do not have permission/ },
      repair: recover,
      remedy: /--remedy retry$/,
      goOn: async (who) => {
        await who.untilStatus(({ attention }) => attention === undefined);
        await who.sign(); // the code was sent once, so only the signer can give another
      },
      end: 'signed',
    },
    'a code was refused in words that nobody knows': {
      async provoke() {
        const who = await start();
        await who.throughTo('code');
        const text = 'Invalid OTP code';
        await who.fault({ name: 'answer-other', endpoint: 'sign', code: 403, text, times: 1 });
        await expect(who.sign()).rejects.toMatchObject({ code: 'CODE_SPENT' });
        return who;
      },
      why: { state: 'waiting', code: 'CODE_SPENT', leavesByItself: true, words: /HTTP 403: Invalid OTP code/ },
      remedy: /^videoid confirm/,
      input: async (who) => `${await who.code()}\n`,
      goOn: nothing,
      end: 'signed',
    },
    'the signer has accepted, and signs in another way': {
      async provoke() {
        const who = await start();
        await who.throughTo('acceptance');
        await who.accept();
        return who;
      },
      why: { state: 'waiting', leavesByItself: true, words: /^accepted/, endsBy: /in another way/ },
      remedy: /^videoid confirm .*--unlock-type/,
      filled: () => ({ TYPE: UNLOCK.type }),
      input: async () => `${UNLOCK.value}\n`,
      goOn: nothing,
      end: 'signed',
    },
    'the certificate is issued and the signed files are not there': {
      async provoke() {
        const who = await start({ policy: { retrieve: { filesWithin: 500 } } });
        await who.throughTo('code');
        await struck(who, { name: 'files-late', endpoint: 'sign', ms: 0 });
        await who.sign();
        return who;
      },
      why: { state: 'attention', code: 'SIGNED_FILES_MISSING', leavesByItself: false, words: /signed files/ },
      repair: async (who) => at().provider.putFilesTogether(await who.requestPk()),
      remedy: /--remedy retry$/,
      goOn: nothing,
      end: 'signed',
    },
    'a signed file does not pass verification': {
      async provoke() {
        const who = await start();
        await who.throughTo('code');
        await struck(who, { name: 'file-damaged', endpoint: 'get-document' });
        await who.sign();
        return who;
      },
      why: { state: 'attention', code: 'VERIFICATION_NOT_PASSED', leavesByItself: false, words: /digest|signature/ },
      repair: recover,
      remedy: /--remedy retry$/,
      goOn: nothing,
      end: 'signed',
    },
    'a signed file is larger than is allowed': {
      async provoke() {
        const who = await start();
        await who.throughTo('code');
        await struck(who, { name: 'file-grown', endpoint: 'get-document', bytes: 25_000_000 });
        await who.sign();
        return who;
      },
      why: { state: 'attention', code: 'DOWNLOAD_TOO_LARGE', leavesByItself: false, words: /policy.download/ },
      repair: recover,
      remedy: /--remedy retry$/,
      goOn: nothing,
      end: 'signed',
    },
    'what the provider gives as the contract is no PDF': {
      async provoke() {
        const who = await start();
        await who.throughTo('review');
        await struck(who, { name: 'file-no-pdf', endpoint: 'get-contract' });
        await who.approve();
        return who;
      },
      why: { state: 'attention', code: 'PROVIDER_FILE_NOT_A_PDF', leavesByItself: false, words: /not a PDF/ },
      repair: recover,
      remedy: /--remedy retry$/,
      goOn: acceptAndSign,
      end: 'signed',
    },
    'callbacks go to a wrong address, and the video is finished': {
      async provoke() {
        const who = await start({
          registrationAuthority: WRONG.webhook,
          policy: { watch: { gap: 50, soon: ['1h'], slow: '1h' } },
        });
        await eventually(async () => (await at().client.why(who.reference)).tried?.nextTry); // it has been read once
        await who.finishVideo();
        return who;
      },
      why: {
        state: 'waiting',
        leavesByItself: true,
        words: /registration authority operator's decision.*with a token that the settings do not have: \d+ since/,
        endsBy: /an officer approves or refuses/,
      },
      repair: () => setRightWebhook(at()),
      remedy: /^videoid conditions$/,
      goOn: reviewThenSign,
      end: 'signed',
    },
    'the deadline is near': {
      async provoke() {
        const who = await start({ policy: { deadlines: { video: 60_000, remindBefore: [59_500] } } });
        await who.until('video');
        return who;
      },
      why: { state: 'waiting', leavesByItself: true, words: /The deadline at .* is near/, endsBy: /the deadline at/ },
      remedy: /^videoid extend/,
      async goOn(who) {
        const { deadline = '' } = await at().client.status(who.reference);
        expect(Date.parse(deadline)).toBeGreaterThan(Date.now() + 2 * 86_400_000);
        await who.throughTo('signed');
      },
      end: 'signed',
    },
    'nobody decides about the video': {
      async provoke() {
        const who = await start();
        await who.throughTo('review');
        return who;
      },
      why: {
        state: 'waiting',
        leavesByItself: true,
        words: /operator's decision/,
        endsBy: /an officer approves or refuses/,
      },
      remedy: /^videoid approve/,
      goOn: acceptAndSign,
      end: 'signed',
    },
    'the video was not finished in time': {
      async provoke() {
        const who = await start({ policy: { deadlines: { video: 300 } } });
        expect(await who.outcome()).toMatchObject({ outcome: 'expired' });
        return who;
      },
      why: { state: 'ended', leavesByItself: true, words: /did not finish the video in time/ },
      remedy: /^videoid sign --new-attempt/,
      goOn: throughToSigned,
      end: 'signed',
    },
    'it was cancelled in the console of the provider': {
      async provoke() {
        const who = await start();
        await who.throughTo('review');
        await who.console('cancel');
        await who.outcome();
        return who;
      },
      why: { state: 'ended', leavesByItself: true, words: /in the provider's console/ },
      remedy: /^videoid sign --new-attempt/,
      goOn: throughToSigned,
      end: 'signed',
    },
    'the start was interrupted after it was recorded': {
      async provoke() {
        const cutOff = await VideoIdClient.connect({
          ...at().config,
          temporal: { ...at().config.temporal, address: '127.0.0.1:1' },
        });
        const input = aStart();
        await expect(cutOff.start(input)).rejects.toMatchObject({ code: 'TEMPORAL_UNREACHABLE' });
        await cutOff.close();
        return new People(at(), input.reference);
      },
      why: {
        state: 'not-started',
        code: 'REQUEST_NOT_FOUND',
        leavesByItself: false,
        words: /never started in Temporal/,
      },
      remedy: /^videoid resume/,
      goOn: throughToSigned,
      end: 'signed',
    },
  };
}

async function throughToSigned(who: People): Promise<void> {
  await who.throughTo('signed');
}

async function nothing(): Promise<void> {}

async function reviewThenSign(who: People): Promise<void> {
  await who.approve();
  await acceptAndSign(who);
}

async function approveAndSign(who: People): Promise<void> {
  await who.approve();
  await acceptAndSign(who);
}
