import { json } from 'node:stream/consumers';
import { openArchive } from '../../src/archive/open-archive.js';
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

  /** The evidence, as it is in the archive. */
  async evidence<Evidence extends object>(): Promise<Evidence> {
    const archive = await openArchive(this.at.config.archive);
    try {
      const key = { flow: this.flow, reference: this.reference, attempt: 1 };
      const { stream } = await archive.openFile(key, { kind: 'evidence' });
      return (await json(stream)) as Evidence;
    } finally {
      await archive.close();
    }
  }

  outcome(): Promise<Outcome> {
    this.finalPk = undefined;
    const ending = this.at.client.outcome(this.reference, { flow: this.flow, wait: true });
    return inTime('the outcome', ending, () => whereItStands(this.at, this));
  }
}
