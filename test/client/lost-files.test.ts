import type { Archive, ArchiveFile } from '../../src/archive/archive.js';
import type { RequestRecord } from '../../src/archive/request-record.js';
import { afterItsEnd } from '../../src/client/files/shown-files.js';
import { endWords, lostWords } from '../../src/client/look/end-words.js';
import { lostFiles } from '../../src/client/running/lost-files.js';
import { VideoIdError } from '../../src/messages/failures.js';
import type { Outcome } from '../../src/messages/outcome.js';

const record = { flow: 'signature', reference: 'order-2', attempt: 1 } as RequestRecord;
const documents = [1, 2].map((index) => ({ index, verification: { result: 'passed', reasons: [] } }));
const outcome = { outcome: 'signed', actor: { kind: 'signer' }, documents, contract: {} } as unknown as Outcome;
const missing = new VideoIdError('DOCUMENT_NOT_FOUND', 'The file is not in the archive. It may not be stored yet.');

/** An archive that has the first signed document, and nothing else. */
const archive = {
  readOutcome: async () => outcome,
  locateFile: async (_: unknown, file: ArchiveFile) => {
    if (file.kind === 'signed' && file.index === 1) return { location: '', size: 1 };
    throw missing;
  },
} as unknown as Archive;

test('files that were stored and are lost are named, and are not said to be there', async () => {
  const lost = await lostFiles(archive, record, outcome);
  expect(lost).toEqual({ documents: [2], contract: true });
  expect(endWords('signed', 'signed', outcome, lost)).toContain('the files were stored and verified');
  expect(lost && lostWords(lost)).toMatch(/^Lost in the archive: signed document 2, the signed contract\. /);
});

test('after the end of a request, a missing file is not said to come later', async () => {
  await expect(afterItsEnd(archive, record)(missing)).rejects.toThrow('the request has ended');
  const running = { readOutcome: async () => undefined } as unknown as Archive;
  await expect(afterItsEnd(running, record)(missing)).rejects.toBe(missing);
});
