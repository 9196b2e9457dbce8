import { workflowIdOf } from '../../messages/request.js';
import { sentence } from '../../messages/sentences.js';
import { leftWords } from '../left-words.js';
import { type AttemptOption, isDeleted, type RequestAccess } from '../running/access.js';
import type { Why } from './cause.js';

/** Who deleted a request, and why, if that is what an error says. @throws the error, if it says something else */
export async function whyDeleted(
  access: RequestAccess,
  reference: string,
  options: AttemptOption,
  error: unknown,
): Promise<Why> {
  if (!isDeleted(error)) throw error;
  const { archive } = access;
  const flow = await access.flow(reference, options.flow);
  const attempt = options.attempt ?? (await archive.latestAttempt(flow, reference));
  const deleted = await archive.readDeletion({ flow, reference, attempt });
  if (deleted === undefined) throw error;
  const { deletedAt, actor, reason } = deleted;
  const by = actor === undefined ? '' : ` by ${[actor.kind, actor.id].filter((part) => part !== undefined).join(' ')}`;
  const because = reason === undefined ? '' : `: ${reason}`;
  return {
    reference,
    attempt,
    workflowId: workflowIdOf({ flow, reference, attempt }),
    state: 'deleted',
    code: 'REQUEST_DELETED',
    words: [sentence(`It was deleted at ${deletedAt}${by}${because}`), ...leftWords(flow, deleted)].join(' '),
    since: deletedAt,
    leavesByItself: false,
    endsBy: [],
    remedies: [],
  };
}
