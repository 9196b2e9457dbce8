import { buffer } from 'node:stream/consumers';
import type { ConsoleAct } from '../../sandbox/client/sandbox-client.js';
import type { CallOptions, PlainReviewDecision } from '../../src/client.js';
import type { IdentityAccepted } from '../../src/messages/identity.js';
import { OFFICER } from '../local-config.js';
import type { Place, RequestName } from './place.js';

/** The registration authority's operator (RAO), who decides on our screens or in the provider's console. */
export class Officer {
  private readonly said: { officer: string; evidenceSeen: string };

  /** @param officer the id in our settings */
  constructor(
    private readonly at: Place,
    private readonly request: RequestName,
    officer: string = OFFICER,
  ) {
    this.said = { officer, evidenceSeen: 'console' };
  }

  approve(more: { identity?: IdentityAccepted } = {}, options?: CallOptions): Promise<{ status: string }> {
    return this.decide({ decision: 'approve', ...this.said, ...more }, options);
  }

  /** @param reason one of the reasons of the provider */
  refuse(reason: string, options?: CallOptions): Promise<{ status: string }> {
    return this.decide({ decision: 'refuse', ...this.said, reason }, options);
  }

  /** Reads what the officer signs by approving an enrolment: the declaration and the contract. */
  async read(channel: string): Promise<void> {
    const { flow, reference } = this.request;
    await buffer((await this.at.client.declaration(reference, { channel })).stream);
    await buffer((await this.at.client.contract(reference, { flow, channel })).stream);
  }

  /** Decides in the provider's console. */
  async inConsole(requestPk: string, act: ConsoleAct): Promise<void> {
    const { provider } = this.at;
    if (this.request.flow === 'signature') await provider.console(requestPk, act);
    // A validated enrolment cannot be refused: the console cancels it.
    else await provider.operator(requestPk, act === 'refuse' ? 'cancel' : act);
  }

  private decide(decision: PlainReviewDecision, options?: CallOptions): Promise<{ status: string }> {
    const { flow, reference } = this.request;
    return this.at.client.review(reference, decision, { flow, ...options });
  }
}
