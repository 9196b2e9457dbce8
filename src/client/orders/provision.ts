import { isDeepStrictEqual } from 'node:util';
import type { Archive, Incoming, Supplement } from '../../archive/archive.js';
import type { NamedDocument, RequestRecord } from '../../archive/request-record.js';
import { VideoIdError } from '../../messages/failures.js';
import type { Actor } from '../../messages/outcome.js';
import type { RequestFields } from '../../messages/request-fields.js';
import type { RequestStatus } from '../../messages/status.js';
import type { ProvideOrder } from '../../messages/steering.js';
import { checkCount, checkedFields, type DocumentIdentity, limitsFor, takeIn } from '../input/input.js';
import { hasEnded, type Order, type RequestAccess } from '../running/access.js';
import type { CheckedProvision } from './order-schemas.js';

/** Stores provided data and documents in the archive. The request reads them there by their number. */
interface ProvisionWay extends Required<Pick<Order<unknown>, 'check' | 'brings'>> {
  argument: (number: number) => ProvideOrder;
}

/**
 * Receives the provided documents, then runs `work`. Deletes what `work` did not store.
 *
 * @param work gets the values that identify the provision, so that a repeated one is stored only once. Its check throws
 *   FIELD_FROM_VIDEO, BAD_INPUT, BAD_EMAIL. If the request accepts no data now, it throws NOT_NOW, REQUEST_ENDED, or
 *   the failure of the attention
 * @throws VideoIdError TOO_MANY_DOCUMENTS and every code of a document
 */
export async function takingProvision<T>(
  access: RequestAccess,
  record: RequestRecord,
  { actor, fields: given, documents }: CheckedProvision,
  work: (
    provision: { actor: Actor; fields: RequestFields; documents: DocumentIdentity[] },
    way: ProvisionWay,
  ) => Promise<T>,
): Promise<T> {
  const { archive, config } = access;
  checkCount({ documents }, config.documents.maximumCount);
  await archive.assertReserve();
  const incoming: Incoming = await archive.begin();
  try {
    const taken = await takeIn(incoming, documents, limitsFor('enrolment', config.documents));
    const look = async () => {
      const status = await access.status(record);
      const fields = checkedFields(given, { profile: record.profile, created: true, missing: status.missing });
      return { status, fields, before: await archive.supplements(record) };
    };
    const add = async () => {
      const { fields, before } = await look();
      if (isSame(before.at(-1), fields, taken)) return before.length;
      const kept = await supplied(archive, record, { incoming, documents: taken });
      // The same order may have been given meanwhile.
      const since = await archive.supplements(record);
      if (since.length > before.length && isSame(since.at(-1), fields, taken)) return since.length;
      return await archive.addSupplement(record, { fields, documents: kept });
    };
    return await work(
      { actor, fields: given, documents: taken.map(identity) },
      {
        check: async () => {
          const { status, fields, before } = await look();
          if (!isSame(before.at(-1), fields, taken)) assertTaken(status);
        },
        brings: { add },
        argument: (number) => ({ actor, number }),
      },
    );
  } finally {
    await incoming.discard();
  }
}

function isSame(before: Supplement | undefined, fields: RequestFields, documents: readonly NamedDocument[]): boolean {
  return (
    before !== undefined &&
    isDeepStrictEqual({ ...before.fields }, { ...fields }) &&
    isDeepStrictEqual(before.documents.map(identity), documents.map(identity))
  );
}

function identity({ name, sha256 }: DocumentIdentity): DocumentIdentity {
  return { name, sha256 };
}

/** A refused provision must not stay in the archive, or the next provision would include it. */
function assertTaken({ verbs, attention, stage, words, outcome }: RequestStatus): void {
  if (verbs.includes('provide')) return;
  if (outcome !== undefined) throw hasEnded({ outcome: outcome.kind, reason: outcome.reason });
  if (stage === 'completing' && attention !== undefined) {
    throw new VideoIdError(attention.code, attention.words, {
      remedy: `It waits for an operator: ${attention.remedies.join(', ')}.`,
      facts: { stage },
    });
  }
  throw new VideoIdError('NOT_NOW', attention?.words ?? `The request is ${words}.`, {
    remedy: 'Data and documents are accepted after the provider has validated the video, if something is missing.',
    facts: { stage },
  });
}

/** Puts the documents into the archive. Each gets a number of its own. */
async function supplied(
  archive: Archive,
  record: RequestRecord,
  { incoming, documents }: { incoming: Incoming; documents: readonly NamedDocument[] },
): Promise<Supplement['documents']> {
  const kept: Supplement['documents'] = [];
  let file = 1;
  for (const { index, name } of documents) {
    while (!(await archive.mark(record, `supplied-${file}`))) file += 1;
    const stored = await archive.storeFile(record, { kind: 'supplied', index: file }, await incoming.open(index));
    kept.push({ file, name, ...stored });
  }
  return kept;
}
