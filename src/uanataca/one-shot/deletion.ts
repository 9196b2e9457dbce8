import type { RequestPk } from '../../messages/request.js';
import type { Assumptions } from '../assumptions.js';
import { ProviderError } from '../errors.js';
import type { Exchange } from '../exchange.js';
import { meaningOr } from '../meaning.js';
import { type CallName, PATHS } from './calls.js';
import { hasDocument } from './documents.js';

/**
 * Deletes one document, uploaded and signed (§4.6). Whether one call takes both is an assumption (`deletionWithoutType`): a read
 * proves that the signed file is gone, and one that is left is deleted by its kind.
 *
 * @throws ProviderError FILES_LEFT_AT_PROVIDER (`refused`) where a signed file is still there after that
 */
export async function deleteDocument(
  exchange: Exchange<CallName>,
  { pk, uid }: { pk: RequestPk; uid: string },
  assumed: Assumptions,
): Promise<'deleted' | 'gone' | 'deleted-by-kind'> {
  const remove = (path: string, query = {}) => exchange.ask('delete', { method: 'DELETE', path, query });
  const isLeft = async (): Promise<boolean> =>
    assumed.deletedIsNotFound && (await hasDocument(exchange, { pk, uid, which: 'signed' }, assumed));
  const plain = await meaningOr(remove(PATHS.document(pk, uid)), 'deleted', 'gone');
  if (assumed.deletionWithoutType === 'every-kind' && !(await isLeft())) return plain;
  const ways = {
    query: () => remove(PATHS.document(pk, uid), { document_type: 'signed' }),
    path: () => remove(PATHS.documentByPath(pk, uid, 'signed')),
  };
  for (const way of ['query', 'path'] as const) {
    if (assumed.deletionByType !== 'query-then-path' && assumed.deletionByType !== way) continue;
    await ways[way]().catch(unlessRefused); // the read after it says what it did
    if (!(await isLeft())) return 'deleted-by-kind';
  }
  const ours =
    'a signed file is still there after its deletion; see the assumptions deletionByType and deletedIsNotFound';
  throw new ProviderError({ kind: 'refused', code: 'FILES_LEFT_AT_PROVIDER', ours }, exchange.http.origin, []);
}

function unlessRefused(error: unknown): void {
  if (!(error instanceof ProviderError) || error.kind !== 'refused') throw error;
}
