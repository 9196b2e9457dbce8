import { randomInt, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { StartInput } from '../../src/client.js';
import { VideoIdError } from '../../src/messages/failures.js';
import type { Acceptance, Accepted, CodeSent } from '../../src/messages/steering.js';
import { FollowedRequest } from './followed-request.js';
import { eventually } from './patience.js';
import { AUTHORITIES, type Installation, OFFICER } from './installation.js';

/** What the sandbox takes in place of a code. */
export const UNLOCK = { type: 'biometric', value: '12345678-87654321' };

export const SAMPLES = join(import.meta.dirname, '..', '..', 'samples');

/** A made-up signer; the phone is its own, so that a fault at the provider can be meant for this one alone. */
export function aSigner() {
  return { email: 'signer@example.com', phone: `+346${randomInt(10_000_000, 99_999_999)}` };
}

/** A start as a requester would make it; made-up people. */
export function aStart(more: Partial<StartInput> = {}): StartInput & { reference: string } {
  return {
    reference: `r-${randomUUID()}`,
    registrationAuthority: AUTHORITIES.manual,
    signer: aSigner(),
    documents: [{ name: 'agreement.pdf', content: join(SAMPLES, 'agreement.pdf') }],
    ...more,
  };
}

/** Everybody around one request: requester, signer, officer; each acts through the public verbs or at the sandbox. */
export class People extends FollowedRequest {
  constructor(at: Installation, reference: string) {
    super(at, 'signature', reference);
  }

  static async start(at: Installation, more: Partial<StartInput> = {}): Promise<People> {
    const input = aStart(more);
    await at.client.start(input);
    return new People(at, input.reference);
  }

  async finishVideo(): Promise<void> {
    await this.at.provider.video(await this.requestPk(), 'finished');
  }

  async approve(): Promise<void> {
    await this.until('review');
    await this.at.client.review(this.reference, { decision: 'approve', officer: OFFICER, evidenceSeen: 'console' });
  }

  /** What the signer accepts: the hashes of all that it was shown. */
  async acceptance(): Promise<Acceptance> {
    const { toAccept } = await this.untilStatus(({ verbs }) => verbs.includes('code'));
    return {
      documents: toAccept?.documents ?? [],
      contract: toAccept?.contract ?? '',
      consentVersion: '1',
      channel: 'test',
      at: new Date().toISOString(),
    };
  }

  async accept(): Promise<Accepted> {
    return this.at.client.accept(this.reference, await this.acceptance());
  }

  /** Signs in another way than with a code. */
  async unlock(unlock = UNLOCK): Promise<void> {
    await this.at.client.sign(this.reference, { unlock });
  }

  async askForCode(): Promise<CodeSent> {
    return this.at.client.requestCode(this.reference, await this.acceptance());
  }

  /** Asks until the cool-down is over. */
  async askForAnotherCode(): Promise<CodeSent> {
    return eventually(async () => {
      try {
        return await this.askForCode();
      } catch (error) {
        if (error instanceof VideoIdError && error.code === 'CODE_COOL_DOWN') return false;
        throw error;
      }
    });
  }

  async refuse(reason: string): Promise<void> {
    await this.until('review');
    const decision = { decision: 'refuse', officer: OFFICER, evidenceSeen: 'console', reason } as const;
    await this.at.client.review(this.reference, decision);
  }

  /** A fault at the provider that meets this request alone. */
  async fault(fault: object): Promise<string> {
    return this.at.provider.addFault({ request: Number(await this.requestPk()), ...fault });
  }

  /** Until a `hold-…` fault holds a call. */
  async held(fault: string): Promise<void> {
    await eventually(async () => (await this.at.provider.held(fault)) > 0);
  }

  async console(act: 'approve' | 'refuse' | 'cancel'): Promise<void> {
    await this.at.provider.console(await this.requestPk(), act);
  }

  async code(): Promise<string> {
    return (await this.at.provider.request(await this.requestPk())).code ?? '';
  }

  async sign(): Promise<void> {
    await this.at.client.sign(this.reference, { secret: await this.code() });
  }

  /** The happy path up to, and with, the signature, review by hand. */
  async throughTo(stage: 'review' | 'acceptance' | 'code' | 'signed'): Promise<void> {
    await this.finishVideo();
    if (stage === 'review') return void (await this.until('review'));
    await this.approve();
    if (stage === 'acceptance') return void (await this.until('acceptance'));
    await this.askForCode();
    if (stage === 'code') return;
    await this.sign();
  }

  async provider() {
    return this.at.provider.request(await this.requestPk());
  }
}
