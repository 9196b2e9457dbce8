import { EnrolledPeople } from '../installation/enrolled-people.js';
import { AUTHORITIES, Installation } from '../installation/installation.js';
import { People } from '../installation/people.js';

let at: Installation;
beforeAll(async () => {
  at = await Installation.shared();
});
afterAll(() => at.close());

const PROVIDER = { kind: 'provider' };

/** A step that waits for an operator, for each stage after the video that has one. */
const AWAITED = {
  preparing: async (people: People) => {
    await people.throughTo('review');
    await people.fault({ name: 'answer-other', endpoint: 'upload', code: 404, text: 'Request not found' });
    await people.approve();
  },
  acceptance: async (people: People) => {
    await people.throughTo('acceptance');
    await people.fault({ name: 'answer-other', endpoint: 'otp', code: 403, text: 'Permission Denied' });
    await people.askForCode().catch(() => undefined); // refused, as intended
  },
  code: async (people: People) => {
    await people.throughTo('code');
    await people.fault({ name: 'answer-other', endpoint: 'sign', code: 403, text: 'Permission Denied' });
    await people.sign().catch(() => undefined); // refused, as intended
  },
};

describe('a request that the provider shows as CANCELLED', () => {
  test('before the signer has finished the video was cancelled there', async () => {
    const people = await People.start(at);
    await people.until('video');
    await people.console('cancel');
    expect(await people.outcome()).toMatchObject({
      outcome: 'cancelled',
      reason: 'cancelled-at-provider',
      actor: PROVIDER,
    });
  });

  test('while the provider still processes the video was cancelled there', async () => {
    const people = await People.start(at);
    await at.provider.video(await people.requestPk(), 'incomplete');
    await people.untilStatus(({ provider }) => provider.status === 'VIDEOINCOMPLETE');
    await people.console('cancel');
    expect(await people.outcome()).toMatchObject({ outcome: 'cancelled', reason: 'cancelled-at-provider' });
  });

  test.each([AUTHORITIES.manual, AUTHORITIES.atProvider])(
    'while the video is reviewed (%s) was refused by the provider, also where its console says "cancel"',
    async (registrationAuthority) => {
      const people = await People.start(at, { registrationAuthority });
      await people.throughTo('review');
      await people.console('cancel');
      expect(await people.outcome()).toMatchObject({
        outcome: 'refused',
        reason: 'refused-at-provider',
        actor: PROVIDER,
      });
    },
  );

  test.each(['acceptance', 'code'] as const)('in the stage "%s" was refused by the provider', async (stage) => {
    const people = await People.start(at);
    await people.throughTo(stage);
    await people.console('cancel');
    expect(await people.outcome()).toMatchObject({
      outcome: 'refused',
      reason: 'refused-at-provider',
      cleanup: 'done',
    });
  });

  test.each(Object.entries(AWAITED))(
    'while an operator is awaited in the stage "%s" was refused by the provider',
    async (_, awaited) => {
      const people = await People.start(at);
      await awaited(people);
      await people.untilStatus(({ attention }) => attention?.leavesByItself === false);
      await people.console('cancel');
      expect(await people.outcome()).toMatchObject({ outcome: 'refused', reason: 'refused-at-provider' });
    },
  );

  test('when the signer wants to sign is refused there, and what unlocks does not leave', async () => {
    // The worker learns from a callback alone, or from the read before it signs.
    const people = await People.start(at, { policy: { watch: { soon: ['1h'], slow: '1h' } } });
    await people.throughTo('code');
    await people.fault({ name: 'lost' });
    const code = await people.code();
    await people.console('cancel');
    const typed = at.client.sign(people.reference, { secret: code });
    await expect(typed).rejects.toMatchObject({ code: 'REQUEST_STATUS_REFUSED' });
    expect(await people.outcome()).toMatchObject({ outcome: 'refused', reason: 'refused-at-provider' });
    expect((await people.provider()).calls['sign']).toBeUndefined();
  });

  test('before the video of an enrolment was cancelled there, and after its approval refused', async () => {
    const early = await EnrolledPeople.start(at);
    await early.until('video');
    await early.operator('cancel');
    expect(await early.outcome()).toMatchObject({ outcome: 'cancelled', reason: 'cancelled-at-provider' });
    const late = await EnrolledPeople.start(at, { untilIssued: true });
    await late.throughTo('issuing');
    await late.operator('cancel');
    expect(await late.outcome()).toMatchObject({ outcome: 'refused', reason: 'refused-at-provider' });
  });
});
