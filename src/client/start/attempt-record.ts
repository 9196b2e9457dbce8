import type { Incoming } from '../../archive/archive.js';
import type { NamedDocument, RequestRecord } from '../../archive/request-record.js';
import { defined } from '../../messages/defined.js';
import { workflowIdOf } from '../../messages/request.js';
import { inputHash } from './input-hash.js';
import type { DocumentIdentity } from '../input/input.js';
import { assertOwnArchive, type RequestAccess } from '../running/access.js';
import type { RequestSettings } from './request-settings.js';

/**
 * Streams the documents in and makes the attempt visible, or leaves nothing behind. Just before, it asks Temporal for the time, and
 * whether this is the archive of the installation.
 *
 * @throws VideoIdError ARCHIVE_NOT_SHARED, and what `take` throws
 */
export async function commitAttempt(
  place: Pick<RequestAccess, 'archive' | 'client' | 'clock' | 'config'>,
  attempt: {
    reference: string;
    attempt: number;
    previousAttempt?: number;
    reopens?: RequestRecord['reopens'] & object;
    startKey?: string | undefined;
    settings: RequestSettings;
    signer: RequestRecord['signer'];
    metadata: RequestRecord['metadata'];
    take: (incoming: Incoming) => Promise<NamedDocument[]>;
  },
): Promise<RequestRecord & { committed: 'created' | 'exists' }> {
  const { settings, signer, metadata, take, startKey, ...names } = attempt;
  const { overrides, ...chosen } = settings;
  const { archive, client, clock } = place;
  await archive.assertReserve();
  const incoming = await archive.begin();
  try {
    const documents = await take(incoming);
    await Promise.all([assertOwnArchive(place), clock.refresh(client)]);
    const record: RequestRecord = {
      version: 1,
      ...names,
      ...defined({ startKey }),
      ...chosen,
      workflowId: workflowIdOf({ ...names, ...chosen }),
      signer,
      documents,
      ...defined({ metadata }),
      inputHash: hashOf({ ...chosen, overrides }, { signer, documents, metadata }),
      createdAt: archive.time(),
    };
    return { ...record, committed: await incoming.commit(record) };
  } finally {
    await incoming.discard();
  }
}

/** The values that decide whether two starts are the same. */
export function hashOf(
  settings: RequestSettings,
  {
    signer,
    documents,
    metadata,
  }: Pick<RequestRecord, 'signer'> & {
    documents: readonly DocumentIdentity[];
    metadata: RequestRecord['metadata'];
  },
): string {
  const { flow, environment, registrationAuthority, profile, enrolment, overrides } = settings;
  return inputHash({
    flow,
    environment,
    registrationAuthority,
    profile,
    signer,
    documents: [...documents],
    ...defined({ enrolment: enrolment && givenOf(enrolment) }),
    metadata,
    policy: overrides,
  });
}

/** Without the values from the settings. */
function givenOf({ secureElement, validityTime, fields, untilIssued }: Exclude<RequestRecord['enrolment'], undefined>) {
  return { secureElement, validityTime, fields, untilIssued };
}
