import type { Archive } from '../../archive/archive.js';
import type { RequestRecord } from '../../archive/request-record.js';
import type { OutcomeKind } from '../../messages/outcome.js';
import { newAttemptCommand, type RemedyCommand, reopenCommand } from '../commands.js';

/**
 * What a person can do after an attempt has ended. Only the latest attempt can be followed by another.
 *
 * @param end.open whether the request is still open at the provider and may be reopened
 */
export async function remediesAfterEnd(
  archive: Archive,
  record: RequestRecord,
  { kind, reason, open }: { kind: OutcomeKind; reason: string; open: boolean },
): Promise<RemedyCommand[]> {
  const { flow, reference, attempt } = record;
  if (kind === 'enrolled') return [];
  if (kind === 'signed') {
    return [{ words: 'save the signed files', command: `videoid documents ${reference} --save DIRECTORY` }];
  }
  const latest = await archive.latestAttempt(flow, reference);
  if (latest > attempt) {
    return [{ words: `see attempt ${latest}, which followed`, command: `videoid why ${reference}` }];
  }
  const created = (await archive.readProvider(record)) !== undefined;
  const anew = {
    words: created
      ? 'try again with a new video, which is billed again; fields that you leave out come from this attempt'
      : 'try again with corrected data; fields that you leave out come from this attempt',
    command: newAttemptCommand(flow, reference, reason, created),
  };
  if (!open) return [anew];
  const again = {
    words: 'reopen it: go on at the provider, to approve, refuse or sign, without another video or bill',
    command: reopenCommand(reference),
  };
  return [again, anew];
}
