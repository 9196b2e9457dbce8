import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Officer } from '../../local/people/officer.js';
import { aSigner, SAMPLES } from '../../local/people/requester.js';
import { acceptanceOf, Signer } from '../../local/people/signer.js';
import type { ConsoleAct, FaultOrder, PersonOrder } from '../../sandbox/client/sandbox-client.js';
import type { StartInput } from '../../src/client.js';
import { VideoIdError } from '../../src/messages/failures.js';
import type { IdentityAccepted } from '../../src/messages/identity.js';
import type { Acceptance, Accepted, CodeSent } from '../../src/messages/steering.js';
import { FollowedRequest } from './followed-request.js';
import { AUTHORITIES, type Installation } from './installation.js';
import { eventually, unlessAway } from './patience.js';

export { aSigner, SAMPLES };

/** The code that the sandbox accepts in place of the real one. */
export const UNLOCK = { type: 'biometric', value: '12345678-87654321' };

/** A start like a requester makes it, with made-up people. */
export function aStart(more: Partial<StartInput> = {}): StartInput & { reference: string } {
  return {
    reference: `r-${randomUUID()}`,
    registrationAuthority: AUTHORITIES.manual,
    signer: aSigner(),
    documents: [{ name: 'agreement.pdf', content: join(SAMPLES, 'agreement.pdf') }],
    ...more,
  };
}

/** All people around one signature request. Each waits for their turn, and then acts. */
export class People extends FollowedRequest {
  private readonly signer = new Signer(this.at, this);
  private readonly officer = new Officer(this.at, this);

  constructor(at: Installation, reference: string) {
    super(at, 'signature', reference);
  }

  static async start(at: Installation, more: Partial<StartInput> = {}): Promise<People> {
    const input = aStart(more);
    await at.client.start(input);
    return new People(at, input.reference);
  }

  /** @param person who is in front of the camera */
  async finishVideo(person?: PersonOrder): Promise<void> {
    await this.signer.video(await this.requestPk(), 'finished', person);
  }

  async approve(more?: { identity?: IdentityAccepted }): Promise<void> {
    await this.until('review');
    await this.officer.approve(more);
  }

  async refuse(reason: string): Promise<void> {
    await this.until('review');
    await this.officer.refuse(reason);
  }

  async console(act: ConsoleAct): Promise<void> {
    await this.officer.inConsole(await this.requestPk(), act);
  }

  /** What the signer accepts: the hashes of everything that was shown. */
  async acceptance(): Promise<Acceptance> {
    const { toAccept } = await this.untilStatus(({ verbs }) => verbs.includes('code'));
    return acceptanceOf(toAccept, 'test');
  }

  async accept(): Promise<Accepted> {
    return this.at.client.accept(this.reference, await this.acceptance());
  }

  async askForCode(): Promise<CodeSent> {
    return this.signer.askForCode(await this.acceptance());
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

  async code(): Promise<string> {
    return (await this.signer.newestCode(await this.requestPk())) ?? '';
  }

  async sign(): Promise<void> {
    await this.signer.sign(await this.code());
  }

  /** Signs in another way than with a code. */
  async unlock(unlock = UNLOCK): Promise<void> {
    await this.at.client.sign(this.reference, { unlock });
  }

  /** A fault that affects only this request. */
  async fault(fault: FaultOrder): Promise<string> {
    return this.at.provider.addFault({ request: Number(await this.requestPk()), ...fault });
  }

  /** Waits until a `hold-…` fault holds a call. */
  async held(fault: string): Promise<void> {
    await eventually(async () => (await this.at.provider.held(fault)) > 0);
  }

  /**
   * The happy path up to and including the signature, with manual review. An order that is not answered in time, because a worker is
   * busy, is still carried out.
   */
  async throughTo(stage: 'review' | 'acceptance' | 'code' | 'signed'): Promise<void> {
    await this.finishVideo();
    if (stage === 'review') return void (await this.until('review'));
    await unlessAway(this.approve());
    if (stage === 'acceptance') return void (await this.until('acceptance'));
    await this.throughToCode();
    if (stage === 'signed') await unlessAway(this.sign());
  }

  /** The same, from the acceptance on. */
  async throughToCode(): Promise<void> {
    const sent = await unlessAway(this.askForCode());
    if (sent === undefined) await this.until('code');
  }

  async provider() {
    return this.at.provider.request(await this.requestPk());
  }
}
