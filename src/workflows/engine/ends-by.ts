import { type Attention, byDeadline, DECIDED_IN_CONSOLE } from '../../messages/status.js';
import type { Verb } from '../../messages/verbs.js';
import type { RequestState } from './request-state.js';
import { verbsOffered } from './verbs.js';
import { lackWords } from './waiting-words.js';

/** A way in which a wait ends. */
interface Way {
  words: string;
  /** The verb with which it is done here. Absent if it is done elsewhere: behind the link, or at the provider. */
  verb?: Verb;
}

/**
 * What ends the wait, in words. What people do here is named only if they are offered the verb for it.
 *
 * @param deadline when it passes, ISO 8601; undefined while none runs
 */
export function endsBy(state: RequestState, deadline: string | undefined): string[] {
  const { attention, underWay } = state;
  const offered = verbsOffered(state, deadline);
  const ways = underWay === undefined ? waysOut(state) : [];
  const ends = ways.filter(({ verb }) => verb === undefined || offered.includes(verb)).map(({ words }) => words);
  if (ends.length > 0 && deadline !== undefined) ends.push(byDeadline(deadline));
  if (attention?.leavesByItself) ends.push(leavesBy(attention));
  else if (underWay !== undefined) ends.push("the provider's answer");
  if (attention && offered.includes('resolve')) ends.push(`an operator's decision: ${attention.remedies.join(', ')}`);
  return ends;
}

/** What ends the wait of the stage while no step is under way. */
function waysOut(state: RequestState): Way[] {
  const { stage, missing, acceptedAt, attention } = state;
  switch (stage) {
    case 'video':
      // While a create waits for a decision, or the provider does not know the request, it is not watched.
      return attention?.step === 'create' || attention?.code === 'PROVIDER_NOT_FOUND'
        ? []
        : [{ words: 'the signer finishes the video behind the link' }];
    case 'validation':
      return [{ words: "the provider's certified operator validates or refuses" }];
    case 'completing':
      return [
        {
          words: `the requester provides: ${missing === undefined ? 'what is missing' : lackWords(missing)}`,
          verb: 'provide',
        },
      ];
    case 'issuing':
      return [{ words: 'the signer picks up the certificate behind the link in the e-mail' }];
    case 'review':
      return decisions(state);
    case 'acceptance':
      return acceptedAt === undefined
        ? [
            { words: 'the signer accepts the documents', verb: 'accept' },
            { words: 'the signer asks for a code, which accepts them too', verb: 'code' },
          ]
        : [
            { words: 'the signer asks for a code', verb: 'code' },
            { words: 'the signer signs in another way', verb: 'sign' },
          ];
    case 'code':
      return [
        { words: 'the signer types the code', verb: 'sign' },
        { words: 'the signer asks for another code', verb: 'code' },
      ];
    case 'creating':
    case 'preparing':
    case 'archiving':
    case 'cleaning':
    case 'ended':
      return [];
  }
}

function decisions({ decidedBy, approved, attention }: RequestState): Way[] {
  if (attention?.code === 'APPROVAL_INCOMPLETE' || attention?.code === 'STATUS_UNEXPECTED') return [];
  if (approved) return [{ words: 'the provider shows the approval that it has taken' }];
  switch (decidedBy) {
    case 'manual':
      return [{ words: 'an officer approves or refuses', verb: 'approve' }, { words: DECIDED_IN_CONSOLE }];
    case 'at-provider':
      return [{ words: "the officer's decision in the provider's console" }];
    case 'automatic':
      return [{ words: 'the automatic approval' }];
  }
}

/** What ends the trouble: a step needs a successful try. An awaited status comes from people at the provider. */
function leavesBy({ step, code }: Attention): string {
  if (code === 'APPROVAL_INCOMPLETE') return "the approval in the provider's console";
  const awaited = step === 'wait' || code === 'SIGNER_UNEXPECTED' || code === 'STATUS_UNEXPECTED';
  return awaited ? 'another status at the provider' : 'the next try that succeeds';
}
