import { upsertSearchAttributes } from '@temporalio/workflow';
import { defined } from '../../messages/defined.js';
import { ATTENTION_LEFT } from '../../messages/feed.js';
import { sentence } from '../../messages/sentences.js';
import type { Attention, Remedy, RequestEvent } from '../../messages/status.js';
import { callFailure } from './call-failure.js';
import type { DeadlineTimer } from './deadline-timer.js';
import type { Inbox } from './inbox.js';
import type { RequestState } from './request-state.js';
import { attentionAttribute } from './search-attributes.js';
import type { Trouble } from './trouble.js';

/**
 * The mark on a request that needs, or may need, an operator. It shows the failure with which the trouble began. Temporal knows
 * the newest failure of a step that keeps trying, and `why` shows it.
 */
export class AttentionMark {
  constructor(
    private readonly state: RequestState,
    private readonly deadline: DeadlineTimer,
    private readonly inbox: Inbox,
  ) {}

  get shown(): boolean {
    return this.state.attention !== undefined;
  }

  /** @param remedies what an operator can do beside `retry` */
  set(step: Attention['step'], failure: Trouble, remedies: readonly Remedy[] = ['cancel']): void {
    const { state } = this;
    const before = state.attention;
    state.attention = attentionOf(step, failure, remedies, before);
    if (!isSame(before, step, failure)) {
      state.happened('attention', { step, code: failure.code, ...documentIn(failure) });
      upsertSearchAttributes([{ key: attentionAttribute, value: failure.code }]);
    }
    state.show();
  }

  /** The trouble is over: the deadline runs on. @param isNoted whether the archive notes it, with the end of the request */
  clear({ isNoted = false } = {}): void {
    const { attention } = this.state;
    if (!attention) return;
    this.inbox.take('resolve')?.fail(callFailure('NOT_NOW', 'It has been resolved without you.'));
    if (!isNoted) this.state.happened(ATTENTION_LEFT, { code: attention.code });
    this.state.attention = undefined;
    this.deadline.release();
    upsertSearchAttributes([{ key: attentionAttribute, value: null }]);
    this.state.show();
  }
}

/** The number of the document that the failure is about. */
function documentIn({ facts }: Trouble): RequestEvent['facts'] {
  const document = facts?.['document'];
  return document === undefined ? {} : { document };
}

/** If the same step fails in the same way again, that is another try. */
export function attentionOf(
  step: Attention['step'],
  trouble: Trouble,
  remedies: readonly Remedy[],
  before: Attention | undefined,
): Attention {
  const { code, words, facts, since, temporary, awaits = temporary ? 'next-try' : 'operator' } = trouble;
  const same = isSame(before, step, trouble) ? before : undefined;
  return {
    step,
    code,
    words: sentence(words),
    ...defined({ facts }),
    since: same?.since ?? notAhead(since),
    tries: awaits === 'people' ? 1 : (same?.tries ?? 0) + 1,
    awaits,
    leavesByItself: temporary,
    remedies: [...new Set<Remedy>(remedies.includes('retry') ? remedies : ['retry', ...remedies])],
  };
}

function isSame(before: Attention | undefined, step: Attention['step'], { code }: Trouble): before is Attention {
  return before?.code === code && before.step === step;
}

/** The worker of another machine may have said it, with a wrong clock. Now if it said nothing. */
function notAhead(since: string | undefined): string {
  const now = new Date();
  return since === undefined || Date.parse(since) > now.getTime() ? now.toISOString() : since;
}
