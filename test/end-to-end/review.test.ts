import { AUTHORITIES, Installation, OFFICER } from '../installation/installation.js';
import { People } from '../installation/people.js';
import { TYPING_OFFICER } from '../installation/shared-settings.js';

let at: Installation;
beforeAll(async () => {
  at = await Installation.shared();
});
afterAll(() => at.close());

describe('a request that is approved', () => {
  test('automatically ends signed, and the evidence says that nobody looked', async () => {
    const people = await People.start(at, { registrationAuthority: AUTHORITIES.automatic });
    await people.finishVideo();
    await people.askForCode();
    await people.sign();
    expect(await people.outcome()).toMatchObject({ outcome: 'signed', cleanup: 'done' });
    const { events } = await at.client.status(people.reference);
    expect(events).toContainEqual(
      expect.objectContaining({
        what: 'approved',
        actor: { kind: 'officer', id: OFFICER },
        facts: { evidenceSeen: 'automatic', mode: 'automatic' },
      }),
    );
  });

  test.each([
    ['in the provider’s console ends signed, and we never decide', AUTHORITIES.atProvider],
    ['in the provider’s console goes on in manual mode as well', AUTHORITIES.manual],
  ])('%s', async (_, registrationAuthority) => {
    const people = await People.start(at, { registrationAuthority });
    await people.throughTo('review');
    await people.console('approve');
    await people.askForCode();
    await people.sign();
    expect(await people.outcome()).toMatchObject({ outcome: 'signed', cleanup: 'done' });
    expect((await people.provider()).calls['approve']).toBeUndefined();
    const { events } = await at.client.status(people.reference);
    expect(events.map(({ what }) => what)).toContain('approved-at-provider');
  });

  test('in two steps asks for the second one, and goes on by itself when it is done', async () => {
    await at.provider.settings({
      registrationAuthorities: { [AUTHORITIES.manual]: { behaviour: { approval: 'two-step' } } },
    });
    try {
      const people = await People.start(at);
      await people.throughTo('review');
      await people.approve();
      const { attention, provider } = await people.attention('APPROVAL_INCOMPLETE');
      // There is no decision to take here any more. A person who tries gets an error, and the request goes on.
      const again = { decision: 'approve', officer: OFFICER, evidenceSeen: 'console' } as const;
      await expect(at.client.review(people.reference, again)).rejects.toMatchObject({ code: 'NOT_NOW' });
      expect(attention).toMatchObject({ leavesByItself: true });
      expect(provider.status).toBe('CREATED');
      await people.console('approve');
      const { attention: left } = await people.until('acceptance');
      expect(left).toBeUndefined();
      await people.askForCode();
      await people.sign();
      expect(await people.outcome()).toMatchObject({ outcome: 'signed' });
    } finally {
      await at.provider.settings({
        registrationAuthorities: { [AUTHORITIES.manual]: { behaviour: { approval: 'one-step' } } },
      });
    }
  });

  test('with a PIN typed wrong is not approved; typed right it goes on', async () => {
    // The answer says what the provider shows right after the decision.
    await at.provider.settings({ behaviour: { statusLag: 0 } });
    const people = await People.start(at);
    await people.throughTo('review');
    const decision = { decision: 'approve', officer: TYPING_OFFICER, evidenceSeen: 'console' } as const;
    const typed = (pin: string) => at.client.review(people.reference, { ...decision, credentials: { pin } });
    await expect(typed('wrong-pin')).rejects.toMatchObject({ code: 'CREDENTIALS_REFUSED' });
    expect(await at.client.status(people.reference)).toMatchObject({
      stage: 'review',
      provider: { status: 'VIDEOREVIEW' },
      attention: { code: 'CREDENTIALS_REFUSED', awaits: 'people' },
    });
    await expect(typed('rao-pin-1400')).resolves.toMatchObject({ status: 'ENROLLREADY' });
    await people.until('acceptance');
  });
});

describe('a request that is refused', () => {
  test('by an officer sends the reason to the provider, and keeps note and text for the signer', async () => {
    const people = await People.start(at);
    await people.throughTo('review');
    await at.client.review(people.reference, {
      decision: 'refuse',
      officer: OFFICER,
      evidenceSeen: 'console',
      reason: 'document-expired',
      note: 'expired in May',
      textForSigner: 'Please come back with a valid document.',
    });
    expect(await people.outcome()).toMatchObject({
      outcome: 'refused',
      reason: 'document-expired',
      note: 'expired in May',
      textForSigner: 'Please come back with a valid document.',
      actor: { kind: 'officer', id: OFFICER },
      cleanup: 'none',
    });
    expect(await people.provider()).toMatchObject({ status: 'CANCELLED', refusalReason: 'document-expired' });
  });

  test.each([['at-provider', AUTHORITIES.atProvider] as const, ['manual', AUTHORITIES.manual] as const])(
    'in the provider’s console ends refused (%s)',
    async (_, registrationAuthority) => {
      const people = await People.start(at, { registrationAuthority });
      await people.throughTo('review');
      await people.console('refuse');
      expect(await people.outcome()).toMatchObject({
        outcome: 'refused',
        reason: 'refused-at-provider',
        actor: { kind: 'provider' },
      });
    },
  );

  test('is decided once: the second officer gets the answer that it is too late', async () => {
    const people = await People.start(at);
    await people.throughTo('review');
    await people.approve();
    const late = at.client.review(people.reference, {
      decision: 'refuse',
      officer: OFFICER,
      evidenceSeen: 'console',
      reason: 'second-thoughts',
    });
    await expect(late).rejects.toMatchObject({ code: 'NOT_NOW' });
    expect((await people.until('acceptance')).provider.status).toBe('ENROLLREADY');
  });
});
