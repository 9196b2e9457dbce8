import { hash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { PersonOrder, VideoResult } from '../../sandbox/client/sandbox-client.js';
import type { CallOptions } from '../../src/client.js';
import type { RequestStatus } from '../../src/messages/status.js';
import type { Acceptance, CodeSent } from '../../src/messages/steering.js';
import type { Place, RequestName } from './place.js';

/** The hashes of what a signer accepts. */
type Shown = NonNullable<RequestStatus['toAccept']>;

/** The person who signs, or who gets a certificate. All of them are made up. */
export class Signer {
  constructor(
    private readonly at: Place,
    private readonly request: RequestName,
  ) {}

  /** Ends the video session behind the link. @param person who is in front of the camera */
  async video(requestPk: string, result: VideoResult = 'finished', person?: PersonOrder): Promise<void> {
    await this.at.provider.video(requestPk, result, person);
  }

  /** Reads everything that will be signed. Returns the hashes of what was shown. */
  async read(channel: string): Promise<Shown> {
    const { client } = this.at;
    const { reference } = this.request;
    const documents: string[] = [];
    for (const { index } of await client.documents(reference)) {
      documents.push(await hashOf(await client.document(reference, index, { channel })));
    }
    return { documents, contract: await hashOf(await client.contract(reference, { channel })) };
  }

  /** Accepts the documents and the contract, and asks for a code. */
  askForCode(acceptance: Acceptance, options?: CallOptions): Promise<CodeSent> {
    return this.at.client.requestCode(this.request.reference, acceptance, options);
  }

  /** The code in the newest message on the phone. */
  async newestCode(requestPk: string): Promise<string | undefined> {
    return (await this.at.provider.request(requestPk)).messages.at(-1)?.code;
  }

  /** Types a code. */
  async sign(secret: string, options?: CallOptions): Promise<void> {
    await this.at.client.sign(this.request.reference, { secret }, options);
  }

  /** Picks up the certificate of an enrolment, behind the link in the e-mail. */
  async pickUp(requestPk: string): Promise<void> {
    await this.at.provider.pickUp(requestPk);
  }
}

/** The order of a signer who accepts now. @param channel where it was shown */
export function acceptanceOf({ documents, contract }: Partial<Shown> = {}, channel: string): Acceptance {
  const at = new Date().toISOString();
  return { documents: documents ?? [], contract: contract ?? '', consentVersion: '2026-01', channel, at };
}

async function hashOf({ stream }: { stream: Readable }): Promise<string> {
  return hash('sha256', await buffer(stream));
}
