import type { PlainResolution } from '../../src/client.js';
import type { Attention, Remedy, RequestStatus } from '../../src/messages/status.js';
import { AUTHORITIES } from '../local-config.js';
import { emailOf, type Person, pkOf, type Scene } from './scene.js';

/** After this many tries, an operator accepts the files as they are. */
const HOPELESS = 5;

/** How many scratchcards an operator orders at once. */
const CARDS = 5;

const ACTOR = { kind: 'operator', id: 'soak' } as const;

/** A remedy as a resolution, if the request offers it. */
type Offer = (remedy: Remedy) => PlainResolution | undefined;

/** Takes care of requests that need attention. Does only what the request itself offers as a remedy. */
export class Operator implements Person {
  private seen = '';
  private since = 0;
  private wentOn = '';
  private failedVerifications = 0;

  constructor(private readonly scene: Scene) {}

  /** Whether an order of the operator still waits for its answer. */
  get isAsking(): boolean {
    return this.scene.asking.isOpen('resolve');
  }

  askAgain(): Promise<void> {
    return this.resolve({ remedy: 'retry', actor: ACTOR }, undefined);
  }

  async act(status: RequestStatus): Promise<void> {
    const { role, books } = this.scene;
    const { attention } = status;
    if (this.isAsking) return this.askAgain();
    if (attention === undefined) return;
    const key = `${attention.code} ${attention.since}`;
    if (key !== this.seen) {
      this.seen = key;
      this.since = Date.now();
      books.attention(attention.code);
      return;
    }
    if (Date.now() - this.since < role.operator.thinks) return;
    // If the request retries by itself, one order is enough.
    if (attention.leavesByItself && this.wentOn === key) return;
    const resolution = await this.decide(attention, status);
    if (resolution === undefined) return;
    this.wentOn = key;
    this.since = Date.now();
    await this.resolve(resolution, attention);
  }

  private async decide(attention: Attention, status: RequestStatus): Promise<PlainResolution | undefined> {
    const { operator } = this.scene.role;
    const offered: Offer = (remedy) => (attention.remedies.includes(remedy) ? { remedy, actor: ACTOR } : undefined);
    switch (attention.code) {
      case 'CREATE_IN_DOUBT':
        return this.decideCreate(offered, status);
      case 'PROVIDER_ANSWER_UNKNOWN':
        // For an enrolment, create finds what it made by itself. An operator who looks first may adopt it.
        if (attention.step === 'create' && operator.impatient) return this.decideCreate(offered, status);
        return this.decideOtherwise(attention, offered);
      case 'VIDEO_FAILED':
        return operator.videoFailed === 'nothing' ? undefined : offered(operator.videoFailed);
      case 'VIDEO_PERHAPS_FINISHED': {
        const retry = offered('retry');
        return retry && { ...retry, discardVideo: operator.impatient };
      }
      case 'EARLIER_VIDEO_FINISHED':
        return operator.impatient ? takenBack(attention, offered) : undefined;
      case 'NO_SCRATCHCARD_LEFT':
        await this.scene.at.provider.addScratchcards(AUTHORITIES[this.scene.role.authority], CARDS);
        return offered('retry');
      case 'SIGNED_FILES_MISSING':
        await this.scene.at.provider.putFilesTogether(pkOf(status) ?? '');
        return offered('retry');
      case 'VERIFICATION_NOT_PASSED':
        this.failedVerifications += 1;
        // If the contract was damaged when it was shown, it differs from the signed one. Fetching it again does not help.
        return offered(this.failedVerifications > Math.min(operator.acceptsAfter, HOPELESS) ? 'accept-files' : 'retry');
      default:
        return this.decideOtherwise(attention, offered);
    }
  }

  private decideOtherwise({ leavesByItself }: Attention, offered: Offer): PlainResolution | undefined {
    const { operator } = this.scene.role;
    if (leavesByItself) return operator.impatient ? offered('retry') : undefined;
    return offered(operator.otherwise) ?? offered('retry');
  }

  /** Searches the provider's console, by the signer, for what the doubtful create may have made. Ignores the known request. */
  private async decideCreate(offered: Offer, status: RequestStatus): Promise<PlainResolution | undefined> {
    const { at, role } = this.scene;
    const found = (await at.provider.requestsOf(emailOf(role))).find(({ pk }) => String(pk) !== pkOf(status));
    const wish = role.operator.createInDoubt;
    const order = offered(wish === 'adopt' && found === undefined ? 'retry' : wish);
    if (order?.remedy !== 'adopt' || found === undefined) return order;
    const ids = { videoidPk: String(found.videoidPk), requestPk: String(found.pk) };
    return { ...order, ids, link: found.link };
  }

  private async resolve(resolution: PlainResolution, attention: Attention | undefined): Promise<void> {
    const { asking, at, role, played, books } = this.scene;
    let carriedOut = resolution;
    const result = await asking.once('resolve', resolution, (given, options) => {
      carriedOut = given;
      return at.client.resolve(role.reference, given, options);
    });
    if (typeof result === 'string' || 'refused' in result) return;
    const { remedy } = carriedOut;
    books.did(role.reference, `resolved with ${remedy}${attention === undefined ? '' : ` (${attention.code})`}`);
    if (remedy === 'cancel') played.gaveUp = true;
    if (remedy === 'accept-files') played.acceptedFiles = true;
  }
}

/** Goes on with the earlier video that is finished. */
function takenBack({ facts = {} }: Attention, offered: Offer): PlainResolution | undefined {
  const adopt = offered('adopt');
  const { videoidPk, requestPk } = facts;
  const ids = { requestPk: String(requestPk), ...(videoidPk === undefined ? {} : { videoidPk: String(videoidPk) }) };
  return adopt && { ...adopt, ids };
}
