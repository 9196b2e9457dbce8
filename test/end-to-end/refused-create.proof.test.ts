import { EnrolledPeople } from '../installation/enrolled-people.js';
import { Installation } from '../installation/installation.js';
import { aSigner, People } from '../installation/people.js';
import { answered, typeCommand } from '../installation/typed-command.js';

let at: Installation;
beforeAll(async () => {
  at = await Installation.shared();
});
afterAll(() => at.close());

const OPERATOR = { kind: 'operator', id: 'desk' } as const;
const RIGHT = 'right@example.com';

const FLOWS = [
  { flow: 'signature', endpoint: 'create', start: 'sign' },
  { flow: 'enrolment', endpoint: 'ra-create', start: 'enrol' },
] as const;

describe.each(FLOWS)('a create ($flow) that the provider refuses because of the data', ({ flow, endpoint, start }) => {
  const text = 'Enter a valid email address.';

  async function refused(times: number) {
    const signer = aSigner();
    const fault = { name: 'answer-other', endpoint, code: 400, text, phone: signer.phone };
    await at.provider.addFault({ ...fault, times });
    const who = flow === 'signature' ? await People.start(at, { signer }) : await EnrolledPeople.start(at, { signer });
    await who.attention('PROVIDER_REFUSED');
    return { who, signer };
  }

  test('is made with the corrected data at once, and nothing else is offered that cannot help', async () => {
    const { who, signer } = await refused(1);
    const { remedies, words } = await at.client.why(who.reference, { flow });
    expect(words).toContain(text);
    expect(remedies.map(({ command }) => command)).toEqual([
      `videoid correct ${who.reference} --email ADDRESS --phone NUMBER --reason "why"`,
      `videoid resolve ${who.reference} --remedy retry`,
      `videoid cancel ${who.reference} --reason "why"`,
    ]);
    await typeCommand(at, remedies[0]?.command ?? '', { filled: { ADDRESS: RIGHT, NUMBER: signer.phone } });
    const { events } = await who.until('video');
    expect(events).toContainEqual(expect.objectContaining({ what: 'corrected', actor: { kind: 'operator' } }));
    expect(await who.provider()).toMatchObject({ email: RIGHT, phone: signer.phone });
    await at.client.cancel(who.reference, { actor: OPERATOR, reason: 'end of the test' }, { flow });
  });

  test('is answered with the failure when it is refused again, and the next correction adds to it', async () => {
    const { who } = await refused(2);
    const correction = { reason: 'typing error', actor: OPERATOR };
    await expect(at.client.correct(who.reference, { ...correction, email: RIGHT }, { flow })).rejects.toMatchObject({
      code: 'PROVIDER_REFUSED',
      message: expect.stringContaining(text),
    });
    const phone = aSigner().phone;
    await expect(at.client.correct(who.reference, { ...correction, phone }, { flow })).resolves.toMatchObject({
      status: 'VIDEOPENDING',
    });
    await who.until('video');
    expect(await who.provider()).toMatchObject({ email: RIGHT, phone });
    await at.client.cancel(who.reference, { actor: OPERATOR, reason: 'end of the test' }, { flow });
  });

  test('and that is given up leads to a new attempt with other data', async () => {
    const { who, signer } = await refused(1);
    await at.client.cancel(who.reference, { actor: OPERATOR, reason: 'tried anew' }, { flow });
    const [remedy] = (await at.client.why(who.reference, { flow })).remedies;
    expect(remedy?.command).toBe(
      `videoid ${start} --new-attempt --reference ${who.reference} --email ADDRESS --phone NUMBER`,
    );
    await typeCommand(at, remedy?.command ?? '', { filled: { ADDRESS: RIGHT, NUMBER: signer.phone } });
    await who.until('video');
    expect(await who.provider()).toMatchObject({ email: RIGHT });
    await at.client.cancel(who.reference, { actor: OPERATOR, reason: 'end of the test' }, { flow });
  });
});

test('data is not corrected while the create is in doubt: it may be at the provider', async () => {
  const signer = aSigner();
  await at.provider.addFault({ name: 'answer-lost', endpoint: 'create', phone: signer.phone, times: 1 });
  const who = await People.start(at, { signer });
  await who.attention('CREATE_IN_DOUBT');
  await expect(
    answered(at, ['correct', who.reference, '--email', RIGHT, '--reason', 'typing error']),
  ).resolves.toMatchObject({ error: { code: 'NOT_NOW', remedy: expect.stringContaining('videoid why') } });
  await at.client.cancel(who.reference, { actor: OPERATOR, reason: 'end of the test' });
});
