import { readFileSync } from 'node:fs';
import { apiTokenFile } from '../../local/local-config.js';
import type { Acceptance } from '../../src/messages/steering.js';
import type { Evidence } from '../../src/activities/engine/evidence.js';
import { answerOf, videoid } from '../cli/run.js';
import { Installation } from '../installation/installation.js';
import { People, UNLOCK } from '../installation/people.js';

let at: Installation;
beforeAll(async () => {
  at = await Installation.shared();
});
afterAll(() => at.close());

const MINUTE = 60_000;

/** A request that waits for the signer to accept. */
async function shown(...start: Parameters<typeof People.start> extends [unknown, ...infer Rest] ? Rest : never) {
  const people = await People.start(at, ...start);
  await people.throughTo('acceptance');
  return people;
}

function inMinutes(minutes: number): string {
  return new Date(Date.now() + minutes * MINUTE).toISOString();
}

async function acceptedEvents({ reference }: People) {
  return (await at.client.status(reference)).events.filter(({ what }) => what === 'accepted');
}

async function post({ reference }: People, verb: string, body: object): Promise<Response> {
  const token = readFileSync(apiTokenFile(at.state), 'utf8').trim();
  return fetch(`http://127.0.0.1:${at.config.gateway.port}/v1/requests/${reference}/${verb}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
}

describe('another way to unlock', () => {
  test('signs as soon as the signer has accepted, and no code is sent', async () => {
    const people = await shown();
    const { recordedAt } = await people.accept();
    const { verbs, acceptedAt, words } = await at.client.status(people.reference);
    expect({ acceptedAt, verbs }).toMatchObject({ acceptedAt: recordedAt, verbs: expect.arrayContaining(['sign']) });
    expect(words).toMatch(/^accepted/);
    await people.unlock();
    expect(await people.outcome()).toMatchObject({ outcome: 'signed' });
    const { calls } = await people.provider();
    expect({ otp: calls['otp'], sign: calls['sign']?.received }).toEqual({ otp: undefined, sign: 1 });
    expect((await people.evidence<Evidence>()).acceptance).toMatchObject({
      recordedAt,
      firstRecordedAt: recordedAt,
      channel: 'test',
      signedWith: 'biometric',
    });
  });

  test('signs over HTTP', async () => {
    const people = await shown();
    const accepted = await post(people, 'accept', await people.acceptance());
    expect([accepted.status, await accepted.json()]).toMatchObject([200, { recordedAt: expect.any(String) }]);
    const signed = await post(people, 'sign', { unlock: UNLOCK });
    expect([signed.status, await signed.json()]).toMatchObject([200, { signed: true }]);
    expect(await people.outcome()).toMatchObject({ outcome: 'signed' });
  });

  test('signs by command, its value from standard input, untouched but for the end of the line', async () => {
    await at.provider.settings({ behaviour: { unlockValue: '^ spaced value $' } });
    try {
      const people = await shown();
      const environment = { VIDEOID_CONFIG: at.state.configFile };
      const accept = ['accept', people.reference, '--consent-version', '2026-01', '--json'];
      expect(answerOf(await videoid(accept, { environment }))).toMatchObject({ recordedAt: expect.any(String) });
      const confirm = ['confirm', people.reference, '--unlock-type', UNLOCK.type, '--json'];
      const signed = await videoid(confirm, { environment, input: ' spaced value \r\n' });
      expect(answerOf(signed)).toMatchObject({ signed: true });
      expect(await people.outcome()).toMatchObject({ outcome: 'signed' });
      expect((await people.provider()).calls['otp']).toBeUndefined();
    } finally {
      await at.provider.settings({ behaviour: { unlockValue: '^[0-9]{8}-[0-9]{8}$' } });
    }
  });

  test('is not taken without an acceptance, which the answer names', async () => {
    const people = await shown();
    await expect(people.unlock()).rejects.toMatchObject({
      code: 'NOT_ACCEPTED',
      message: expect.stringContaining('accept'),
    });
    expect((await people.provider()).calls['sign']).toBeUndefined();
  });

  test('with a type or value that the provider refuses is reported, and the right one signs', async () => {
    const people = await shown();
    await people.accept();
    for (const wrong of [
      { ...UNLOCK, type: 'palm' },
      { ...UNLOCK, value: 'somebody else' },
    ]) {
      await expect(people.unlock(wrong)).rejects.toMatchObject({ code: 'CODE_NOT_ACCEPTED' });
    }
    await at.provider.settings({ behaviour: { unknownUnlockType: 'named' } });
    await expect(people.unlock({ ...UNLOCK, type: 'palm' })).rejects.toMatchObject({
      code: 'CODE_SPENT',
      message: expect.stringContaining('Authentication type not supported'),
    });
    await at.provider.settings({ behaviour: { unknownUnlockType: 'as-a-code' } });
    await people.unlock();
    expect(await people.outcome()).toMatchObject({ outcome: 'signed' });
  });

  test('asked for twice signs once', async () => {
    const people = await shown();
    await people.accept();
    const both = await Promise.allSettled([people.unlock(), people.unlock()]);
    expect(both.map(({ status }) => status)).toContain('fulfilled');
    expect(await people.outcome()).toMatchObject({ outcome: 'signed' });
    expect((await people.provider()).calls['sign']?.received).toBe(1);
  });

  test('whose answer is lost is not sent again, and may be given again', async () => {
    const people = await shown();
    await people.accept();
    await people.fault({ name: 'connection-cut-before', endpoint: 'sign', times: 1 });
    await expect(people.unlock()).rejects.toMatchObject({ code: 'CODE_SPENT' });
    expect((await people.provider()).calls['sign']?.received).toBe(1);
    await people.unlock();
    expect(await people.outcome()).toMatchObject({ outcome: 'signed' });
  });
});

describe('an acceptance', () => {
  test('of other documents, or of another contract, is refused', async () => {
    const people = await shown();
    const right = await people.acceptance();
    const other = '0'.repeat(64);
    for (const wrong of [{ documents: [other] }, { documents: [...right.documents, other] }, { contract: other }]) {
      const asked = at.client.accept(people.reference, { ...right, ...wrong });
      await expect(asked).rejects.toMatchObject({ code: 'NOT_ACCEPTED' });
    }
    expect(await acceptedEvents(people)).toEqual([]);
  });

  test('does not stand for a code that nobody sent', async () => {
    const people = await shown();
    await people.accept();
    await expect(at.client.sign(people.reference, { secret: '123456' })).rejects.toMatchObject({ code: 'NOT_NOW' });
    expect((await people.provider()).calls['sign']).toBeUndefined();
  });

  test('said twice is one, also when it comes with the code, and when the worker was killed between', async () => {
    const people = await shown();
    const acceptance = await people.acceptance();
    const first = await at.client.accept(people.reference, acceptance);
    expect(await at.client.accept(people.reference, acceptance)).toEqual(first);
    await at.kill('worker');
    await at.startWorker();
    await at.client.requestCode(people.reference, acceptance);
    expect(await acceptedEvents(people)).toMatchObject([{ at: first.recordedAt }]);
    await people.sign();
    expect(await people.outcome()).toMatchObject({ outcome: 'signed' });
    expect((await people.evidence<Evidence>()).acceptance).toMatchObject({ signedWith: 'code' });
    const { done } = await people.provider();
    expect(done).toMatchObject({ otp: 1, sign: 1 });
  });

  test('may come again after the code was sent: the first one counts for the time, the last one stands behind the signature', async () => {
    const people = await shown();
    await people.askForCode();
    const [first] = await acceptedEvents(people);
    const later = await at.client.accept(people.reference, { ...(await people.acceptance()), channel: 'branch' });
    expect(await at.client.status(people.reference)).toMatchObject({ stage: 'code', acceptedAt: first?.at });
    await people.sign();
    expect(await people.outcome()).toMatchObject({ outcome: 'signed' });
    expect((await people.evidence<Evidence>()).acceptance).toMatchObject({
      channel: 'branch',
      recordedAt: later.recordedAt,
      firstRecordedAt: first?.at,
    });
  });

  const give = {
    accept: (people: People, acceptance: Acceptance) => at.client.accept(people.reference, acceptance),
    code: (people: People, acceptance: Acceptance) => at.client.requestCode(people.reference, acceptance),
  };

  test.each(['accept', 'code'] as const)(
    'of a time that cannot be (by `%s`) is refused with the field, and ours stands beside the right one',
    async (verb) => {
      const people = await shown({ policy: { acceptance: { maximumAge: '1m' } } });
      const right = await people.acceptance();
      for (const wrong of [
        '1999-01-01T00:00:00Z',
        '2095-01-01T00:00:00Z',
        inMinutes(6),
        inMinutes(-2),
        inMinutes(-60),
      ]) {
        await expect(give[verb](people, { ...right, at: wrong })).rejects.toMatchObject({
          code: 'ACCEPTANCE_NOT_IN_TIME',
          field: 'at',
        });
      }
      const quick = inMinutes(4); // a clock that is slightly ahead
      await give[verb](people, { ...right, at: quick });
      const [event, ...more] = await acceptedEvents(people);
      expect(more).toEqual([]);
      expect(event?.facts?.['acceptedAt']).toBe(quick);
      expect(Date.parse(event?.at ?? '')).toBeLessThan(Date.parse(quick));
    },
  );
});
