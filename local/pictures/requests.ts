import { setTimeout as pause } from 'node:timers/promises';
import { join } from 'node:path';
import type { RequestStatus, Stage } from '../../src/messages/status.js';
import { AUTHORITIES } from '../local-config.js';
import { Officer } from '../people/officer.js';
import type { Place } from '../people/place.js';
import { SAMPLES } from '../people/requester.js';
import { acceptanceOf, Signer } from '../people/signer.js';

/** The requests in the pictures, and the stage of each. All people are made up. */
export const SHOWN = {
  signed: { reference: 'order-1041', phone: '+34600000041' },
  refused: { reference: 'order-1042', phone: '+34600000042' },
  code: { reference: 'order-1043', phone: '+34600000043' },
  acceptance: { reference: 'order-1044', phone: '+34600000044' },
  review: { reference: 'order-1045', phone: '+34600000045' },
  videoFailed: { reference: 'order-1046', phone: '+34600000046' },
  video: { reference: 'order-1047', phone: '+34600000047' },
} as const;

type Shown = (typeof SHOWN)[keyof typeof SHOWN];

/** The longest time for a request to reach the next stage, in milliseconds. It usually takes a second. */
const WITHIN = 60_000;

/** Brings requests to the stages that the pictures show, through the public verbs. */
export class ShownRequests {
  readonly #at: Place;

  constructor(at: Place) {
    this.#at = at;
  }

  /** @param failVideo acts as a signer whose video fails, behind the link */
  async bringAbout(failVideo: (link: string) => Promise<void>): Promise<void> {
    for (const shown of Object.values(SHOWN)) await this.#start(shown);
    for (const { reference } of [SHOWN.signed, SHOWN.refused, SHOWN.code, SHOWN.acceptance, SHOWN.review]) {
      await this.#finishVideo(reference);
    }
    for (const { reference } of [SHOWN.signed, SHOWN.code, SHOWN.acceptance]) {
      await new Officer(this.#at, { flow: 'signature', reference }).approve();
    }
    await new Officer(this.#at, { flow: 'signature', ...SHOWN.refused }).refuse('document-expired');
    for (const { reference } of [SHOWN.signed, SHOWN.code]) await this.#askForCode(reference);
    await this.#until(SHOWN.acceptance.reference, ({ stage }) => stage === 'acceptance');
    await this.#sign(SHOWN.signed.reference);
    await failVideo((await this.#at.client.link(SHOWN.videoFailed.reference, { channel: 'cli' })).url);
    await this.#until(SHOWN.videoFailed.reference, ({ attention }) => attention?.code === 'VIDEO_FAILED');
    await this.#until(SHOWN.video.reference, ({ stage }) => stage === 'video');
  }

  async #start({ reference, phone }: Shown): Promise<void> {
    await this.#at.client.start({
      reference,
      registrationAuthority: AUTHORITIES.manual,
      signer: { email: 'signer@example.com', phone },
      documents: ['agreement.pdf', 'annex.pdf'].map((name) => ({ name, content: join(SAMPLES, name) })),
    });
    // One after the other, so that the provider's numbers are in this order.
    await this.#reached(reference, 'video');
  }

  async #finishVideo(reference: string): Promise<void> {
    const { provider } = await this.#reached(reference, 'video');
    await this.#signer(reference).video(provider.requestPk ?? '');
    await this.#reached(reference, 'review');
  }

  async #askForCode(reference: string): Promise<void> {
    const { toAccept } = await this.#reached(reference, 'acceptance');
    await this.#signer(reference).askForCode(acceptanceOf(toAccept, 'cli'));
    await this.#reached(reference, 'code');
  }

  async #sign(reference: string): Promise<void> {
    const { provider } = await this.#reached(reference, 'code');
    const signer = this.#signer(reference);
    await signer.sign((await signer.newestCode(provider.requestPk ?? '')) ?? '');
    await this.#at.client.outcome(reference, { wait: true });
  }

  #signer(reference: string): Signer {
    return new Signer(this.#at, { flow: 'signature', reference });
  }

  async #reached(reference: string, stage: Stage): Promise<RequestStatus> {
    return await this.#until(reference, (status) => status.stage === stage);
  }

  async #until(reference: string, reached: (status: RequestStatus) => boolean): Promise<RequestStatus> {
    const end = Date.now() + WITHIN;
    for (;;) {
      const status = await this.#at.client.status(reference);
      if (reached(status)) return status;
      if (Date.now() > end) throw new Error(`${reference} is still in the stage "${status.stage}" after a minute.`);
      await pause(100);
    }
  }
}
