import type { RequestPk } from '../../messages/request.js';
import type { Assumptions } from './assumptions.js';
import { ProviderError } from '../errors.js';
import type { Exchange } from '../exchange.js';
import { meaningOr } from '../answers/meaning.js';
import { type CallName, PATHS } from './calls.js';
import { type DocumentKind, type DocumentPlace, hasDocument } from './documents.js';

/**
 * Deletes the uploaded and the signed file of a document (§4.6). That one call deletes both is an assumption
 * (`deletionWithoutType`), so a read checks that the signed file is gone. If it is not, each kind is deleted by its name.
 *
 * @throws ProviderError FILES_LEFT_AT_PROVIDER (`refused`) if a file is still there after that
 */
export async function deleteDocument(
  exchange: Exchange<CallName>,
  place: { pk: RequestPk; uid: string },
  assumed: Assumptions,
): Promise<'deleted' | 'gone' | 'deleted-by-kind'> {
  const plain = await meaningOr(removeDocument(exchange, place), 'deleted', 'gone');
  if (assumed.deletionWithoutType === 'every-kind') {
    if (!(await isLeft(exchange, { ...place, which: 'signed' }, assumed))) return plain;
    const original = { ...place, which: 'original' } as const;
    // If an uploaded file cannot be read by its kind, nothing shows that it is there.
    if (await isLeft(exchange, original, assumed).catch(unlessRefused)) await deleteKind(exchange, original, assumed);
  }
  await deleteKind(exchange, { ...place, which: 'signed' }, assumed);
  return 'deleted-by-kind';
}

async function deleteKind(exchange: Exchange<CallName>, place: DocumentPlace, assumed: Assumptions): Promise<void> {
  const { which } = place;
  for (const way of ['query', 'path'] as const) {
    if (assumed.deletionByType !== 'query-then-path' && assumed.deletionByType !== way) continue;
    await removeDocument(exchange, place, { kind: which, by: way }).catch(unlessRefused); // the next read shows whether it worked
    if (!(await isLeft(exchange, place, assumed))) return;
  }
  const file = which === 'signed' ? 'a signed file' : 'an uploaded file';
  const ours = `${file} is still there after its deletion; see the assumptions deletionByType and deletedIsNotFound`;
  throw new ProviderError({ kind: 'refused', code: 'FILES_LEFT_AT_PROVIDER', ours }, exchange.http.origin, []);
}

/** One deletion: of every kind, or of one kind in one of the two forms. */
export async function removeDocument(
  exchange: Exchange<CallName>,
  { pk, uid }: { pk: RequestPk; uid: string },
  kind?: { kind: DocumentKind; by: 'query' | 'path' },
): Promise<void> {
  const path = kind?.by === 'path' ? PATHS.documentByPath(pk, uid, kind.kind) : PATHS.document(pk, uid);
  const query = kind?.by === 'query' ? { document_type: kind.kind } : {};
  await exchange.done('delete', { method: 'DELETE', path, query });
}

async function isLeft(exchange: Exchange<CallName>, place: DocumentPlace, assumed: Assumptions): Promise<boolean> {
  return assumed.deletedIsNotFound && (await hasDocument(exchange, place, assumed));
}

function unlessRefused(error: unknown): void {
  if (!(error instanceof ProviderError) || error.kind !== 'refused') throw error;
}
