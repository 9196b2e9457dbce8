import type { Archive } from '../../archive/archive.js';
import type { RequestRecord } from '../../archive/request-record.js';
import type { OutcomeKind } from '../../messages/outcome.js';
import { isSignerWrong, newAttemptCommand, type RemedyCommand, reopenCommand } from '../commands.js';
import { assertNoneDeleted, isDeleted } from '../running/access.js';

/**
 * What a person can do after an attempt has ended. Only the latest attempt can be followed by another, and only if none is deleted.
 *
 * @param end.open whether the request is still open at the provider and may be reopened
 * @param end.refusedDocument whether the provider refused a document, which must not be sent again
 */
export async function remediesAfterEnd(
  archive: Archive,
  record: RequestRecord,
  end: { kind: OutcomeKind; reason: string; open: boolean; refusedDocument: boolean },
): Promise<RemedyCommand[]> {
  const { flow, reference, attempt } = record;
  const { kind, reason, open, refusedDocument: files } = end;
  if (kind === 'enrolled') return [];
  if (kind === 'signed') {
    return [{ words: 'save the signed files', command: `videoid documents ${reference} --save DIRECTORY` }];
  }
  const latest = await archive.latestAttempt(flow, reference);
  if (latest > attempt) {
    return [{ words: `see attempt ${latest}, which followed`, command: `videoid why ${reference}` }];
  }
  if (await isOneDeleted(archive, record)) return [];
  const created = (await archive.readProvider(record)) !== undefined;
  // The provider has taken the signer's data of an attempt that was created.
  const signer = !created || isSignerWrong(reason);
  const anew = {
    words: [
      created ? 'try again with a new video, which is billed again' : 'try again with corrected data',
      ...(files ? ['Give other files than the one that was refused'] : []),
      signer
        ? 'Give the right e-mail address and phone. What you leave out comes from this attempt'
        : 'What you leave out comes from this attempt',
    ].join('. '),
    command: newAttemptCommand(flow, reference, { signer, files }),
  };
  if (!open || files) return [anew];
  const again = {
    words: 'reopen it: go on at the provider, to approve, refuse or sign, without another video or bill',
    command: reopenCommand(reference),
  };
  // The provider keeps the address and the phone of a finished video, so going on would not reach the signer.
  return isSignerWrong(reason) ? [anew, again] : [again, anew];
}

async function isOneDeleted(archive: Archive, record: RequestRecord): Promise<boolean> {
  try {
    await assertNoneDeleted(archive, record);
    return false;
  } catch (error) {
    if (isDeleted(error)) return true;
    throw error;
  }
}
