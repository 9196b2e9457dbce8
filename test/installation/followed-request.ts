import type { Outcome } from '../../src/messages/outcome.js';
import type { Flow } from '../../src/messages/request.js';
import type { RequestStatus, Stage } from '../../src/messages/status.js';
import type { Installation } from './installation.js';
import { eventually, inTime, unlessAway } from './patience.js';
import { whereItStands } from './why-it-waits.js';

/** One request of either flow, as a test follows it. */
export class FollowedRequest {
  constructor(
    protected readonly at: Installation,
    readonly flow: Flow,
    readonly reference: string,
  ) {}

  get workflowId(): string {
    return `${this.flow}-${this.reference}`;
  }

  status(): Promise<RequestStatus> {
    return this.at.client.status(this.reference, { flow: this.flow });
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

  async requestPk(): Promise<string> {
    const { provider } = await this.untilStatus((status) => status.provider.requestPk !== undefined);
    return provider.requestPk ?? '';
  }

  outcome(): Promise<Outcome> {
    const ending = this.at.client.outcome(this.reference, { flow: this.flow, wait: true });
    return inTime('the outcome', ending, () => whereItStands(this.at, this));
  }
}
