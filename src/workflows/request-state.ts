import { setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import { defined } from '../messages/defined.js';
import type { IdentityWord } from '../messages/identity.js';
import type { Actor } from '../messages/outcome.js';
import type { AnyRequest, ProviderStatus, RequestPk, ReviewMode, VideoidPk } from '../messages/request.js';
import { AFTER_VIDEO } from '../messages/request-fields.js';
import {
  type Attention,
  type RequestEvent,
  type RequestStatus,
  STAGE_WORDS,
  type Stage,
  FLOW_STAGES,
  ACCEPTED_WORDS,
  type ToReview,
  type Verb,
} from '../messages/status.js';

/** The stages in which the signer may say that it cannot go on like this. */
const WITH_THE_SIGNER = new Set<Stage>(['video', 'acceptance', 'code', 'completing', 'issuing']);

/** After the video, while somebody may still act on who the signer is. */
const SIGNER_SEEN = new Set<Stage>(['validation', 'completing', 'review', 'preparing', 'acceptance', 'code']);

const IDENTITY_WORDS: Record<Exclude<IdentityWord, 'as-expected'>, string> = {
  different: 'The document number is not the expected one',
  'not-shown': 'The provider shows no document number to compare with the expected one',
};

/** The story answers these, and does not while it waits for an operator's decision. */
const ANSWERED_BY_THE_STORY = new Set<Verb>(['new-video', 'correct', 'provide', 'approve', 'refuse', 'code', 'sign']);

/** Everything a request knows about itself; what the `status` query and the Temporal UI show. */
export class RequestState {
  stage: Stage = 'creating';
  attention: Attention | undefined;
  /** Whether the signer has finished the video, as far as we have seen. */
  videoFinished = false;
  ids: { requestPk: RequestPk; videoidPk?: VideoidPk } | undefined;
  sentAt: string | undefined;
  codesAsked = 0;
  notAccepted = 0;
  codesSpent = 0;
  toAccept: { documents: string[]; contract: string } | undefined;
  /** When that was there to be shown, milliseconds since 1970. */
  shownFrom: number | undefined;
  /** When the first acceptance of it was recorded, ISO 8601. */
  acceptedAt: string | undefined;
  toReview: ToReview | undefined;
  missing: string[] | undefined;
  identity: IdentityWord | undefined;
  /** Whether an automatic approval was held back, so that an officer decides. */
  officerAwaited = false;
  /** Whether the last create that failed has made nothing for certain, so that its data may be corrected. */
  createRefused = false;
  /** Whether a create since the last that succeeded may have made something all the same. */
  createInDoubt = false;
  outcome: RequestStatus['outcome'];
  readonly events: RequestEvent[] = [];
  private said: ProviderStatus | undefined;
  private since = Date.now();
  private readonly times = new Map<Stage, number>();

  constructor(
    private readonly request: AnyRequest,
    private readonly deadline: () => string | undefined,
  ) {
    this.show();
  }

  /** What the provider said last. */
  get providerStatus(): ProviderStatus | undefined {
    return this.said;
  }

  set providerStatus(status: ProviderStatus) {
    this.said = status;
    this.videoFinished ||= AFTER_VIDEO.has(status);
  }

  enter(stage: Stage): void {
    if (stage === this.stage) return;
    this.times.set(this.stage, (this.times.get(this.stage) ?? 0) + Date.now() - this.since);
    this.stage = stage;
    this.since = Date.now();
    this.show();
  }

  happened(what: string, facts?: RequestEvent['facts'], actor?: Actor): void {
    this.events.push({
      at: new Date().toISOString(),
      what,
      ...defined({ actor, facts }),
    });
  }

  /** Notes what the provider says. True when it is news. */
  see(status: ProviderStatus, foundBy: 'hint' | 'poll'): boolean {
    if (status === this.providerStatus) return false;
    this.providerStatus = status;
    this.happened('provider-status', { status, foundBy });
    this.show();
    return true;
  }

  /** Notes how the signer's number compares, where a read could tell. */
  identified({ identity }: { identity?: IdentityWord | undefined }): void {
    if (identity === undefined || identity === this.identity) return;
    this.identity = identity;
    this.happened('identity-compared', { identity });
    this.show();
  }

  /** Who decides, as things stand. */
  get decidedBy(): ReviewMode {
    return this.officerAwaited ? 'manual' : this.request.reviewMode;
  }

  /** Milliseconds spent in each stage so far. */
  durations(): Record<string, number> {
    const all = new Map(this.times);
    if (this.stage !== 'ended') all.set(this.stage, (all.get(this.stage) ?? 0) + Date.now() - this.since);
    return Object.fromEntries(all);
  }

  /** What a person may do now. */
  verbs(): Verb[] {
    const verbs = this.verbsOfStage();
    if (this.attention?.leavesByItself !== false) return verbs;
    const others = verbs.filter((verb) => !ANSWERED_BY_THE_STORY.has(verb));
    return this.mayCorrectCreate ? ['correct', ...others] : others;
  }

  /** Whether a create waits for a decision that other data of the signer may be: what was refused is nowhere but here. */
  get mayCorrectCreate(): boolean {
    return this.attention?.step === 'create' && !this.attention.leavesByItself && this.createRefused;
  }

  /** What a person may do in this stage, unless an operator is awaited. */
  verbsOfStage(): Verb[] {
    const verbs: Verb[] = [];
    if (this.stage === 'ended') return verbs;
    if (this.stage === 'video') verbs.push('link', 'new-video', 'correct');
    if (this.stage === 'validation' && this.request.refuseVideo) verbs.push('refuse');
    if (this.stage === 'completing') verbs.push('provide');
    if (this.stage === 'issuing') verbs.push('preauth-link');
    if (this.stage === 'review' && this.decidedBy === 'manual') verbs.push('approve', 'refuse');
    if (this.stage === 'review' && this.request.key.flow === 'signature') verbs.push('correct');
    if (SIGNER_SEEN.has(this.stage)) verbs.push('identity');
    if (this.toAccept && (this.stage === 'acceptance' || this.stage === 'code'))
      verbs.push('documents', 'contract', 'accept', 'code');
    if (this.stage === 'code' || (this.stage === 'acceptance' && this.acceptedAt)) verbs.push('sign');
    if (this.attention) verbs.push('resolve');
    if (this.deadline() !== undefined) verbs.push('extend');
    if (WITH_THE_SIGNER.has(this.stage)) verbs.push('abandon');
    if (this.stage !== 'archiving' && this.stage !== 'cleaning') verbs.push('cancel');
    return verbs;
  }

  status(): RequestStatus {
    const deadline = this.deadline();
    return {
      reference: this.request.key.reference,
      attempt: this.request.key.attempt,
      workflowId: workflowInfo().workflowId,
      flow: this.request.key.flow,
      registrationAuthority: this.request.key.registrationAuthority,
      reviewMode: this.request.reviewMode,
      stage: this.stage,
      words: this.words(),
      since: new Date(this.since).toISOString(),
      endsBy: this.endsBy(deadline),
      verbs: this.verbs(),
      ...defined({ deadline, attention: this.attention }),
      provider: { ...this.ids, ...defined({ status: this.providerStatus }) },
      code: { notAccepted: this.notAccepted, ...defined({ sentAt: this.sentAt }) },
      ...defined({
        acceptedAt: this.acceptedAt,
        toAccept: this.toAccept,
        toReview: this.toReview,
        identity: this.identity,
        missing: this.missing,
      }),
      events: this.events,
      ...defined({ outcome: this.outcome }),
    };
  }

  /** What is in the way; where the signer has signed, that comes first. */
  private words(): string {
    if (this.attention === undefined) {
      const unlike = this.stage === 'review' && this.identity !== 'as-expected' ? this.identity : undefined;
      const words = this.stageWords(this.stage);
      return unlike === undefined ? words : `${words}. ${IDENTITY_WORDS[unlike]}`;
    }
    return this.stage === 'archiving' ? `${STAGE_WORDS.archiving}. ${this.attention.words}` : this.attention.words;
  }

  private stageWords(stage: Stage): string {
    return stage === 'acceptance' && stage === this.stage && this.acceptedAt ? ACCEPTED_WORDS : STAGE_WORDS[stage];
  }

  /** The checklist in the Temporal UI: every stage, the current wait and what ends it. */
  show(): void {
    const stages = FLOW_STAGES[this.request.key.flow];
    const current = this.stage === 'ended' ? stages.length : stages.indexOf(this.stage);
    const lines = stages.map((stage, place) => {
      const sign = place < current ? '✓' : place === current ? '▶' : '·';
      return `${sign} ${place === current ? `**${this.stageWords(stage)}**` : STAGE_WORDS[stage]}`;
    });
    if (this.outcome) lines.push(`■ ended: **${this.outcome.kind}** (${this.outcome.reason})`);
    const endsBy = this.endsBy(this.deadline());
    if (endsBy.length > 0) lines.push('', 'What ends the wait:', ...endsBy.map((item) => `- ${item}`));
    if (this.attention) {
      const { code, words, since, remedies } = this.attention;
      lines.push('', `⚠ **${code}** since ${since}: ${words}`, `What you can do: ${remedies.join(', ')}`);
    }
    setCurrentDetails(lines.join('\n'));
  }

  private endsBy(deadline: string | undefined): string[] {
    const endsBy = [...this.endsByItself()];
    if (endsBy.length > 0 && deadline !== undefined) endsBy.push(`the deadline at ${deadline}`);
    if (this.attention) {
      if (this.attention.leavesByItself) endsBy.push(leavesBy(this.attention));
      endsBy.push(`an operator's decision: ${this.attention.remedies.join(', ')}`);
    }
    return endsBy;
  }

  private endsByItself(): string[] {
    switch (this.stage) {
      case 'video':
        return ['the signer finishes the video behind the link'];
      case 'validation':
        return ["the provider's certified operator validates or refuses"];
      case 'completing':
        return [`the requester provides: ${this.missing?.join(', ') ?? 'what is missing'}`];
      case 'issuing':
        return ['the signer picks up the certificate behind the link in the e-mail'];
      case 'review':
        return {
          manual: ['an officer approves or refuses', "a decision in the provider's console"],
          'at-provider': ["the RAO's decision in the provider's console"],
          automatic: ['the approval that is under way'],
        }[this.decidedBy];
      case 'acceptance':
        return this.acceptedAt === undefined
          ? ['the signer accepts the documents, and asks for a code or signs in another way']
          : ['the signer asks for a code', 'the signer signs in another way'];
      case 'code':
        return ['the signer types the code', 'the signer asks for another code'];
      case 'creating':
      case 'preparing':
      case 'archiving':
      case 'cleaning':
      case 'ended':
        return [];
    }
  }
}

/** Trouble of a step passes with a try that succeeds; a status that is awaited comes from people at the provider. */
function leavesBy({ step, code }: Attention): string {
  const awaited =
    step === 'wait' || code === 'APPROVAL_INCOMPLETE' || code === 'SIGNER_UNEXPECTED' || code === 'STATUS_UNEXPECTED';
  return awaited ? 'another status at the provider' : 'the next try that succeeds';
}
