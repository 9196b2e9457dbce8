import { createReadStream } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { Archive, Incoming, Supplement } from '../archive/archive.js';
import type { RequestRecord } from '../archive/request-record.js';
import { VideoIdError } from '../messages/failures.js';
import type { Actor } from '../messages/outcome.js';
import type { RequestFields } from '../messages/request-fields.js';
import type { RequestStatus } from '../messages/status.js';
import { hasEnded } from './ending.js';
import { checkedFields } from './enrolment-fields.js';
import { checkedInput, documentList, refuse, type StartDocument } from './input-parts.js';
import { checkCount, type DocumentIdentity, limitsFor, type TakenDocument, takeIn } from './intake.js';
import { actorPart } from './orders.js';
import type { RequestAccess } from './request-access.js';

/** What somebody provides for an enrolment that lacks it. */
export interface Provision {
  actor: Actor;
  /** By the provider's names. */
  fields?: RequestFields | undefined;
  /** Evidence documents, PDF. */
  documents?: StartDocument[] | undefined;
}

const provisionSchema = z
  .strictObject({
    actor: actorPart,
    /** Checked against the profile. */
    fields: z.record(z.string(), z.string('must be text')).default({}),
    documents: documentList.default([]),
  })
  .superRefine(({ fields, documents }, context) => {
    if (documents.length > 0 || Object.keys(fields).length > 0) return;
    refuse(context, 'BAD_INPUT', 'There is neither a field nor a document.', ['fields']);
  });

/** A provision whose every part can be used by itself, but for the fields. */
export type CheckedProvision = z.output<typeof provisionSchema>;

/** @throws VideoIdError BAD_INPUT, BAD_DOCUMENT_NAME, DUPLICATE_DOCUMENT_NAME */
export function checkProvision(input: Provision): CheckedProvision {
  return checkedInput(provisionSchema, input);
}

/** What is provided, on its way into the archive. */
export interface TakenProvision {
  /** Tells the same provision from another. */
  given: { actor: Actor; fields: RequestFields; documents: DocumentIdentity[] };
  /**
   * @throws VideoIdError FIELD_FROM_VIDEO, BAD_INPUT, BAD_EMAIL; NOT_NOW, REQUEST_ENDED or the failure that the request
   *   waits with, when it does not take anything now
   */
  check: () => Promise<void>;
  /** Keeps it, from where the request takes it; answers its number. The same as last time, because an answer was lost, is not kept twice. */
  add: () => Promise<number>;
}

/**
 * Takes in the documents that are provided, while `work` runs.
 *
 * @throws VideoIdError TOO_MANY_DOCUMENTS and every code of a document
 */
export async function takingProvision<T>(
  { archive, config, ...access }: Pick<RequestAccess, 'archive' | 'config'> & { status: () => Promise<RequestStatus> },
  record: RequestRecord,
  { actor, fields: given, documents }: CheckedProvision,
  work: (provision: TakenProvision) => Promise<T>,
): Promise<T> {
  checkCount({ documents }, config.documents.maximumCount);
  await archive.assertReserve();
  const incoming: Incoming = await archive.begin();
  try {
    const taken = await takeIn(incoming, documents, limitsFor('enrolment', config.documents));
    const look = async () => {
      const status = await access.status();
      const fields = checkedFields(given, { profile: record.profile, created: true, missing: status.missing });
      return { status, fields, before: await archive.supplements(record) };
    };
    return await work({
      given: { actor, fields: given, documents: taken.map(identity) },
      check: async () => {
        const { status, fields, before } = await look();
        if (!isSame(before.at(-1), fields, taken)) assertTaken(status);
      },
      add: async () => {
        const { fields, before } = await look();
        if (isSame(before.at(-1), fields, taken)) return before.length;
        const kept = await supplied(archive, record, taken);
        // Somebody may have ordered the same meanwhile.
        const since = await archive.supplements(record);
        if (since.length > before.length && isSame(since.at(-1), fields, taken)) return since.length;
        return await archive.addSupplement(record, { fields, documents: kept });
      },
    });
  } finally {
    await incoming.discard();
  }
}

function isSame(before: Supplement | undefined, fields: RequestFields, documents: readonly TakenDocument[]): boolean {
  return (
    before !== undefined &&
    isDeepStrictEqual({ ...before.fields }, { ...fields }) &&
    isDeepStrictEqual(before.documents.map(identity), documents.map(identity))
  );
}

function identity({ name, sha256 }: DocumentIdentity): DocumentIdentity {
  return { name, sha256 };
}

/** What the request does not take must not lie there and go along with the next provision. */
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
    remedy: 'Data and documents are taken when the provider has validated the video and misses something.',
    facts: { stage },
  });
}

/** Puts the documents into the archive, each under a number that is nobody else's. */
async function supplied(
  archive: Archive,
  record: RequestRecord,
  documents: readonly TakenDocument[],
): Promise<Supplement['documents']> {
  const kept: Supplement['documents'] = [];
  let file = 1;
  for (const { name, path } of documents) {
    while (!(await archive.mark(record, `supplied-${file}`))) file += 1;
    const stored = await archive.storeFile(record, { kind: 'supplied', index: file }, createReadStream(path));
    kept.push({ file, name, ...stored });
  }
  return kept;
}
