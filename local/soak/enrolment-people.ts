import type { RequestFields } from '../../src/messages/request-fields.js';
import type { RequestStatus } from '../../src/messages/status.js';
import { DEED, ORGANISATION_FIELDS } from '../people/requester.js';
import type { EnrolmentRole } from './enrolment-role.js';
import { type Person, pkOf, type Scene, unlessTooLate } from './scene.js';
import { VideoSigner } from './video-signer.js';

/** The person who gets a certificate: does the video, and then picks the certificate up, or does not. */
export class Enrollee implements Person {
  private readonly video: VideoSigner;

  constructor(private readonly scene: Scene<EnrolmentRole>) {
    this.video = new VideoSigner(scene);
  }

  async act(status: RequestStatus): Promise<void> {
    await this.video.act(status);
    const pk = pkOf(status);
    if (status.stage !== 'issuing' || pk === undefined || this.scene.role.pickUp === 'never') return;
    await unlessTooLate(this.scene, `picks up the certificate of ${pk}`, () => this.scene.signer.pickUp(pk));
  }
}

/** The provider's certified operator, who decides about the video. */
export class CertifiedOperator implements Person {
  constructor(private readonly scene: Scene<EnrolmentRole>) {}

  async act(status: RequestStatus): Promise<void> {
    const { at, role } = this.scene;
    const pk = pkOf(status);
    if (status.stage !== 'validation' || pk === undefined || role.validation === 'never') return;
    const act = role.validation === 'validates' ? 'validate' : 'refuse';
    await unlessTooLate(this.scene, `provider's operator: ${act} ${pk}`, () => at.provider.operator(pk, act));
  }
}

/** Provides what an organisation's enrolment lacks after the video, all at once or in parts. */
export class Supplier implements Person {
  constructor(private readonly scene: Scene<EnrolmentRole>) {}

  async act({ stage, verbs, missing = [] }: RequestStatus): Promise<void> {
    const { asking, at, role } = this.scene;
    if (!asking.isOpen('provide')) {
      if (stage !== 'completing' || !verbs.includes('provide') || missing.length === 0) return;
      if (role.data === 'at-start' || role.data === 'never') return;
    }
    const provision = { actor: { kind: 'requester', id: 'soak' } as const, ...partOf(role, missing) };
    await asking.once('provide', provision, (given, options) => at.client.provide(role.reference, given, options));
  }
}

/** The last field is sent alone. The deed is sent only when the provider refuses to approve without it. */
function partOf(
  { data, officer }: EnrolmentRole,
  missing: readonly string[],
): {
  fields: RequestFields;
  documents: (typeof DEED)[];
} {
  const names = Object.keys(ORGANISATION_FIELDS).filter((name) => missing.includes(name));
  const rest = data === 'piecemeal' && names.length > 1;
  const fields = Object.fromEntries(
    Object.entries(ORGANISATION_FIELDS).filter(([name]) => names.includes(name) && !(rest && name === 'title')),
  );
  // Without it, the provider's console does not approve, and does not say why.
  const deedLater = data === 'piecemeal' && officer === 'approves' && names.length > 0;
  return { fields, documents: rest || deedLater ? [] : [DEED] };
}
