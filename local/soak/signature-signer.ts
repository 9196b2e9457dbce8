import type { RequestStatus } from '../../src/messages/status.js';
import { acceptanceOf } from '../people/signer.js';
import { type Person, pkOf, type Scene } from './scene.js';
import type { SignatureRole } from './signature-role.js';
import { VideoSigner } from './video-signer.js';

/** The person who signs, or does not sign. */
export class SignatureSigner implements Person {
  private readonly video: VideoSigner;
  private wrongLeft: number;
  private asksAgain: boolean;
  private readonly typed = new Set<string>();

  constructor(private readonly scene: Scene<SignatureRole>) {
    this.video = new VideoSigner(scene);
    this.wrongLeft = scene.role.wrongCodes;
    this.asksAgain = scene.role.asksTwice;
  }

  async act(status: RequestStatus): Promise<void> {
    if (status.stage === 'video') await this.video.act(status);
    else if (status.stage === 'acceptance') await this.accept(status);
    else if (status.stage === 'code') await this.type(status);
  }

  private async accept(status: RequestStatus): Promise<void> {
    const { role, asking, at } = this.scene;
    if (role.signer === 'never-asks') return;
    if (role.signer === 'refuses-documents') {
      if (!status.verbs.includes('abandon') && !asking.isOpen('abandon')) return;
      const order = { actor: { kind: 'signer' }, reason: 'gave-up' } as const;
      await asking.once('abandon', order, (given, options) => at.client.abandon(role.reference, given, options));
      return;
    }
    await this.askForCode(status);
  }

  private async askForCode(status: RequestStatus): Promise<void> {
    const { asking, signer } = this.scene;
    if (!status.verbs.includes('code') && !asking.isOpen('code')) return;
    const acceptance = acceptanceOf(status.toAccept, 'soak');
    await asking.once('code', acceptance, (given, options) => signer.askForCode(given, options));
  }

  private async type(status: RequestStatus): Promise<void> {
    const { role, asking } = this.scene;
    if (asking.isOpen('code')) return this.askForCode(status);
    if (asking.isOpen('sign')) return this.sign('');
    if (this.asksAgain) {
      this.asksAgain = false;
      return this.askForCode(status);
    }
    if (role.signer === 'never-types' || !status.verbs.includes('sign')) return;
    if (this.wrongLeft > 0) {
      this.wrongLeft -= 1;
      return this.sign(`wrong-${this.wrongLeft}`);
    }
    const code = await this.scene.signer.newestCode(pkOf(status) ?? '');
    if (code === undefined || this.typed.has(code)) return this.askForCode(status);
    return this.sign(code);
  }

  private async sign(secret: string): Promise<void> {
    const { asking, signer, played } = this.scene;
    if (!asking.isOpen('sign')) {
      this.typed.add(secret);
      played.typed += 1;
    }
    await asking.once('sign', secret, (given, options) => signer.sign(given, options));
  }
}
