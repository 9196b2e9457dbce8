import type { Outcome } from '../../src/messages/outcome.js';
import type { Flow } from '../../src/messages/request.js';
import type { RequestStatus, Stage } from '../../src/messages/status.js';
import type { Installation } from './installation.js';
import { eventually, inTime, unlessAway } from './patience.js';
import { whereItStands } from './why-it-waits.js';

/** In these stages a new video, or a new attempt, may bring another id. */
const ID_MAY_CHANGE = new Set<Stage>(['creating', 'video', 'ended']);

/** One request of either flow, as a test follows it. */
export class FollowedRequest {
  private finalPk: string | undefined;

  constructor(
    protected readonly at: Installation,
    readonly flow: Flow,
    readonly reference: string,
  ) {}

  get workflowId(): string {
    return `${this.flow}-${this.reference}`;
  }

  async status(): Promise<RequestStatus> {
    const status = await this.at.client.status(this.reference, { flow: this.flow });
    this.finalPk = ID_MAY_CHANGE.has(status.stage) ? undefined : status.provider.requestPk;
    return status;
  }

  until(stage: Stage): Promise<RequestStatus> {
    return this.untilStatus((status) => status.stage === stage);
  }

  untilStatus(condition: (status: RequestStatus) => boolean): Promise<RequestStatus> {
    const look = async (): Promise<RequestStatus | false | undefined> => {
      const status = await unlessAway(this.status());
      return status && condition(status) && status;
    };
    return eventually(look, () => whereItStands(this.at, this, String(condition)));
  }

  attention(code: string): Promise<RequestStatus> {
    return this.untilStatus((status) => status.attention?.code === code);
  }

  /** The provider's id of the request. Each look at a status is work for a worker. */
  async requestPk(): Promise<string> {
    if (this.finalPk !== undefined) return this.finalPk;
    const { provider } = await this.untilStatus((status) => status.provider.requestPk !== undefined);
    return provider.requestPk ?? '';
  }

  outcome(): Promise<Outcome> {
    this.finalPk = undefined;
    const ending = this.at.client.outcome(this.reference, { flow: this.flow, wait: true });
    return inTime('the outcome', ending, () => whereItStands(this.at, this));
  }
}
