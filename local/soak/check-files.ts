import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Outcome } from '../../src/messages/outcome.js';
import { verifyPdfSignature } from '../../src/signatures/verification/verification.js';
import { found } from './check-evidence.js';
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
    const place = await found(() => at.archive.locateFile(key, { kind: 'signed', index: stored.index }));
    if (place === undefined) {
      wrong.push(`signed document ${stored.index} is not in the archive`);
      continue;
    }
    if ((await sha256Of(place.path)) !== stored.sha256) wrong.push(`document ${stored.index} is not what was recorded`);
    const original = documents.find(({ index }) => index === stored.index);
    const { verification: seen } = await verifyPdfSignature(place.path, {
      roots: at.roots(),
      ...(original === undefined ? {} : { original }),
    });
    if (played.acceptedFiles) continue;
    if (seen.result !== 'passed' || stored.verification.result !== 'passed')
      wrong.push(`document ${stored.index} is ${seen.result}: ${seen.reasons.join(', ')}`);
    const outside = await notSigned(place.path);
    if (outside !== undefined) wrong.push(`document ${stored.index}: ${outside}`);
  }
  return wrong;
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
