import { randomUUID } from 'node:crypto';
import { Officer } from '../../local/people/officer.js';
import { aSigner, DEED, ORGANISATION_FIELDS, PROFILES, provisionOfAll } from '../../local/people/requester.js';
import { Signer } from '../../local/people/signer.js';
import type { OperatorAct } from '../../sandbox/client/sandbox-client.js';
import type { EnrolmentInput } from '../../src/client.js';
import { FollowedRequest } from './followed-request.js';
import { AUTHORITIES, type Installation } from './installation.js';

export { DEED, ORGANISATION_FIELDS };
export const NATURAL_PERSON = PROFILES.person;
export const ORGANISATION = PROFILES.organisation;

/** An organisation that lacks nothing after the video. */
export const WHOLE_ORGANISATION: Partial<EnrolmentInput> = {
  profile: ORGANISATION,
  fields: ORGANISATION_FIELDS,
  documents: [DEED],
};

/** All people around one enrolment. */
export class EnrolledPeople extends FollowedRequest {
  private readonly signer = new Signer(this.at, this);

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

  /** Brings an organisation's request to the officer's decision. */
  static async inReview(at: Installation): Promise<EnrolledPeople> {
    const people = await EnrolledPeople.start(at, WHOLE_ORGANISATION);
    await people.throughTo('review');
    return people;
  }

  async finishVideo(): Promise<void> {
    await this.signer.video(await this.requestPk());
  }

  async operator(act: OperatorAct, reason?: string): Promise<void> {
    await this.at.provider.operator(await this.requestPk(), act, reason);
  }

  /** The video and its validation. */
  async identified(): Promise<void> {
    await this.throughTo('validation');
    await this.operator('validate');
  }

  /** Brings it to a stage. The start already gave everything that the profile needs. */
  async throughTo(stage: 'video' | 'validation' | 'completing' | 'review' | 'issuing'): Promise<void> {
    if (stage === 'video') return void (await this.until('video'));
    await this.finishVideo();
    await this.until('validation');
    if (stage === 'validation') return;
    await this.operator('validate');
    await this.until(stage);
  }

  provide(): Promise<{ missing: string[] }> {
    return this.at.client.provide(this.reference, provisionOfAll());
  }

  approve(officer?: string): Promise<{ status: string }> {
    return new Officer(this.at, this, officer).approve();
  }

  decline(reason: string): Promise<{ status: string }> {
    return new Officer(this.at, this).refuse(reason);
  }

  /** The approval is carried out without an answer, and reads show it only at the end. @throws the officer's error */
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

  /** The provider goes on, but reads show the old status until `meanwhile` has ended. */
  async unseen(shows: string, meanwhile: () => Promise<void>): Promise<void> {
    const { provider } = this.at;
    const fault = await provider.addFault({ name: 'status-unknown', request: Number(await this.requestPk()), shows });
    await meanwhile();
    await provider.removeFault(fault);
  }

  async pickUp(): Promise<void> {
    await this.signer.pickUp(await this.requestPk());
  }

  async provider() {
    return this.at.provider.enrolment(await this.requestPk());
  }
}
