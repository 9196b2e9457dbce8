import type { RequestKey } from '../messages/request.js';

/** Names one attempt in the archive. A `RequestKey` fits. */
export type AttemptKey = Pick<RequestKey, 'flow' | 'reference' | 'attempt'>;
