import { defined } from '../../src/messages/defined.js';
import { VideoIdError } from '../../src/messages/failures.js';
import type { Outcome } from '../../src/messages/outcome.js';
import { verifyPdfSignature } from '../../src/signatures/verification/verification.js';
import { notSigned } from './outside-look.js';
import { keyOf, type Scene } from './scene.js';
import type { SignatureRole } from './signature-role.js';

/** Verifies every file of a signed request again. */
export async function checkFiles(scene: Scene<SignatureRole>, outcome: Outcome): Promise<string[]> {
  const wrong: string[] = [];
  if (outcome.outcome !== 'signed') return wrong;
  const { at, role, played } = scene;
  const key = keyOf(role);
  if (outcome.documents.length !== role.documents)
    wrong.push(`${outcome.documents.length} of ${role.documents} documents are stored`);
  if (outcome.contract === undefined) wrong.push('the contract is not stored');
  const { documents } = await at.archive.readRequest(key);
  for (const stored of outcome.documents) {
    const file = { kind: 'signed', index: stored.index } as const;
    const original = documents.find(({ index }) => index === stored.index);
    // The archive compares the file with its record while it makes the copy.
    const look = at.archive.withCopy(key, file, stored, async (path) => {
      const { verification: seen } = await verifyPdfSignature(path, { roots: at.roots(), ...defined({ original }) });
      if (played.acceptedFiles) return [];
      if (seen.result !== 'passed' || stored.verification.result !== 'passed')
        return [`document ${stored.index} is ${seen.result}: ${seen.reasons.join(', ')}`];
      const outside = await notSigned(path);
      return outside === undefined ? [] : [`document ${stored.index}: ${outside}`];
    });
    wrong.push(...(await look.catch(lostWords)));
  }
  return wrong;
}

/** What the archive says about a file that is not as it was stored. */
function lostWords(error: unknown): string[] {
  if (error instanceof VideoIdError && ['DOCUMENT_NOT_FOUND', 'ARCHIVED_FILE_CHANGED'].includes(error.code))
    return [error.message];
  throw error;
}
