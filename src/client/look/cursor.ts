import type { ListPosition } from '../../archive/request-list.js';
import { attemptOfWorkflow } from '../../messages/request.js';

/** Longer than any cursor. */
const MOST = 200;

/** A position in a list, for a URL. It is no secret, and grants nothing. */
export function cursorOf({ createdAt, workflowId }: ListPosition): string {
  return Buffer.from(`${createdAt} ${workflowId}`).toString('base64url');
}

/** Undefined for a text that is no cursor. */
export function positionOf(cursor: string): ListPosition | undefined {
  if (cursor.length > MOST) return undefined;
  const [, time, workflowId = ''] = /^(\d{1,15}) (\S+)$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (time === undefined || attemptOfWorkflow(workflowId) === undefined) return undefined;
  const position = { createdAt: Number(time), workflowId };
  return cursorOf(position) === cursor ? position : undefined;
}
