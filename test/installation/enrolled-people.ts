import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { EnrolmentInput } from '../../src/client.js';
import { AUTHORITIES, type Installation, OFFICER } from './installation.js';
import { FollowedRequest } from './followed-request.js';
import { aSigner, SAMPLES } from './people.js';

export const NATURAL_PERSON = 'PFnubeQAFCiudadano';
export const ORGANISATION = 'PFnubeQAFEmpresa';

/** What the profile of an organisation wants, and no video gives. */
export const ORGANISATION_FIELDS = {
  organization_name: 'Ejemplo SL',
  organization_country: 'ES',
  organization_email: 'office@example.com',
  organization_tax_number: 'B00000000',
  responsible_name: 'Nora',
  responsible_first_surname: 'Ejemplo',
  responsible_serial: '00000000T',
  title: 'Director',
};

export const DEED = { name: 'deed.pdf', content: join(SAMPLES, 'annex.pdf') };

/** An organisation of which nothing is missing after the video. */
export const WHOLE_ORGANISATION: Partial<EnrolmentInput> = {
  profile: ORGANISATION,
  fields: ORGANISATION_FIELDS,
  documents: [DEED],
};

const OF = { flow: 'enrolment' } as const;

/** Everybody around one enrolment: each acts through the public verbs or at the sandbox. */
export class EnrolledPeople extends FollowedRequest {
  constructor(at: Installation, reference: string) {
    super(at, 'enrolment', reference);
  }

  static async start(at: Installation, more: Partial<EnrolmentInput> = {}): Promise<EnrolledPeople> {
    const input = {
      reference: `e-${randomUUID()}`,
      registrationAuthority: AUTHORITIES.manual,
      profile: NATURAL_PERSON,
      signer: aSigner(),
      ...more,
    };
    await at.client.startEnrolment(input);
    return new EnrolledPeople(at, input.reference);
  }

  /** A whole organisation, when the officer's decision is awaited. */
  static async inReview(at: Installation): Promise<EnrolledPeople> {
    const people = await EnrolledPeople.start(at, WHOLE_ORGANISATION);
    await people.throughTo('review');
    return people;
  }

  async finishVideo(): Promise<void> {
    await this.at.provider.enrolmentVideo(await this.requestPk(), 'finished');
  }

  async operator(act: 'validate' | 'refuse' | 'approve' | 'cancel', reason?: string): Promise<void> {
    await this.at.provider.operator(await this.requestPk(), act, reason);
  }

  /** Video and validation. */
  async identified(): Promise<void> {
    await this.throughTo('validation');
    await this.operator('validate');
  }

  /** Up to a stage; what the profile needs has been given at the start. */
  async throughTo(stage: 'video' | 'validation' | 'completing' | 'review' | 'issuing'): Promise<void> {
    if (stage === 'video') return void (await this.until('video'));
    await this.finishVideo();
    await this.until('validation');
    if (stage === 'validation') return;
    await this.operator('validate');
    await this.until(stage);
  }

  provide(): Promise<{ missing: string[] }> {
    const provision = { actor: { kind: 'requester' }, fields: ORGANISATION_FIELDS, documents: [DEED] } as const;
    return this.at.client.provide(this.reference, { ...provision, documents: [...provision.documents] });
  }

  approve(officer: string = OFFICER): Promise<{ status: string }> {
    const decision = { decision: 'approve', officer, evidenceSeen: 'the console' } as const;
    return this.at.client.review(this.reference, decision, OF);
  }

  /** An approval that is carried out and not answered, and that reads do not show before the end. @throws what the officer is told */
  async approveInDoubt(): Promise<{ status: string }> {
    const request = Number(await this.requestPk());
    const { provider } = this.at;
    await provider.addFault({ name: 'answer-lost', endpoint: 'ra-approve', request, times: 1 });
    const shown = await provider.addFault({ name: 'status-unknown', request, shows: 'CREATED' });
    try {
      return await this.approve();
    } finally {
      await provider.removeFault(shown);
    }
  }

  /** The provider goes on, and reads show it as it was until `meanwhile` is through. */
  async unseen(shows: string, meanwhile: () => Promise<void>): Promise<void> {
    const { provider } = this.at;
    const fault = await provider.addFault({ name: 'status-unknown', request: Number(await this.requestPk()), shows });
    await meanwhile();
    await provider.removeFault(fault);
  }

  decline(reason: string): Promise<{ status: string }> {
    const decision = { decision: 'refuse', officer: OFFICER, evidenceSeen: 'the console', reason } as const;
    return this.at.client.review(this.reference, decision, OF);
  }

  async pickUp(): Promise<void> {
    await this.at.provider.pickUp(await this.requestPk());
  }

  async provider() {
    return this.at.provider.enrolment(await this.requestPk());
  }
}
