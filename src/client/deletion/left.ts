import type { RequestRecord } from '../../archive/request-record.js';
import { defined } from '../../messages/defined.js';
import type { Left } from '../../messages/deletion.js';
import type { Outcome } from '../../messages/outcome.js';
import type { RequestAccess } from '../running/access.js';
import { removedAt, type Workflows } from './workflows.js';

/** What others keep of an attempt that is being deleted. @param workflows undefined if it lived in another Temporal */
export async function leftOf(
  access: RequestAccess,
  record: RequestRecord,
  outcome: Outcome | undefined,
  workflows: Workflows | undefined,
): Promise<Left> {
  const { archive } = access;
  const present = (await archive.readProvider(record))?.requestPk;
  const pks = new Set([...(await archive.requestPks(record)), ...(present === undefined ? [] : [present])]);
  const uncancelled = record.flow === 'enrolment' && outcome?.cleanup === 'pending';
  return {
    requestPks: [...pks],
    ...(outcome?.leftOpen === true || uncancelled ? { open: true } : {}),
    documents: await documentsLeft(access, record, outcome),
    ...defined({ temporal: await historiesLeft(access, record, workflows) }),
  };
}

/** Those that were uploaded to the Optimizer and not deleted there. */
async function documentsLeft(
  { archive }: RequestAccess,
  record: RequestRecord,
  outcome: Outcome | undefined,
): Promise<number[]> {
  if (record.flow === 'enrolment' || outcome === undefined) return [];
  if (outcome.cleanup === 'none' || outcome.cleanup === 'done') return [];
  const uploaded = (await archive.readUploads(record))?.documents ?? record.documents;
  return uploaded.map(({ index }) => index);
}

async function historiesLeft(
  access: RequestAccess,
  record: RequestRecord,
  workflows: Workflows | undefined,
): Promise<Left['temporal']> {
  if (workflows === undefined) {
    const lives = await access.archive.readPlace(record);
    return lives && { namespace: lives.namespace };
  }
  const until = await removedAt(access, workflows);
  return until === undefined ? undefined : { namespace: access.config.temporal.namespace, until };
}
