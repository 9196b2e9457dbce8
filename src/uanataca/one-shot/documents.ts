import type { RequestPk } from '../../messages/request.js';
import type { Assumptions } from './assumptions.js';
import { ProviderError } from '../errors.js';
import type { Exchange } from '../exchange.js';
import type { PdfOptions, PdfStream } from '../http/pdf-stream.js';
import { type CallName, PATHS } from './calls.js';

/** The files of a document: the uploaded one, and after signing the signed one too. */
export type DocumentKind = 'signed' | 'original';

/** A document at the Optimizer. */
export interface DocumentPlace {
  pk: RequestPk;
  uid: string;
  which: DocumentKind;
}

/**
 * Reads a document at the address that the assumption `signedFilePath` names (§12.1).
 *
 * A 404 can mean "not at this address" or "not there yet". If both addresses may be right, the other is tried.
 * PROVIDER_NOT_FOUND is thrown only if one of them says so and the other says nothing more useful.
 */
export async function readDocument(
  exchange: Exchange<CallName>,
  { pk, uid, which }: DocumentPlace,
  { signedFilePath, originalDocumentType }: Assumptions,
  options: PdfOptions = {},
): Promise<PdfStream> {
  const query = which === 'original' && originalDocumentType === 'omitted' ? {} : { document_type: which };
  const byQuery = (): Promise<PdfStream> =>
    exchange.pdf('document', { method: 'GET', path: PATHS.document(pk, uid), query }, options);
  const byPath = (): Promise<PdfStream> =>
    exchange.pdf('document', { method: 'GET', path: PATHS.documentByPath(pk, uid, which) }, options);
  switch (signedFilePath) {
    case 'query':
      return byQuery();
    case 'path':
      return byPath();
    case 'query-then-path':
      return eitherOf(byQuery, byPath);
  }
}

/** Whether a document is there. It is requested, but its content is not read. */
export async function hasDocument(
  exchange: Exchange<CallName>,
  place: DocumentPlace,
  assumed: Assumptions,
): Promise<boolean> {
  try {
    const { stream } = await readDocument(exchange, place, assumed);
    stream.destroy();
    return true;
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    if (error.code === 'PROVIDER_FILE_NOT_A_PDF') return true;
    if (error.code === 'PROVIDER_NOT_FOUND') return false;
    throw error;
  }
}

async function eitherOf(first: () => Promise<PdfStream>, second: () => Promise<PdfStream>): Promise<PdfStream> {
  try {
    return await first();
  } catch (error) {
    if (!(error instanceof ProviderError) || ![404, 405, 422].includes(error.status ?? 0)) throw error;
    try {
      return await second();
    } catch (other) {
      // A form that is not served there may be refused in the words of the web server.
      const isNotServed = other instanceof ProviderError && other.status === 404;
      if (!(other instanceof ProviderError) || (other.kind !== 'refused' && !isNotServed)) throw other;
      throw other.code === 'PROVIDER_NOT_FOUND' && error.code !== 'PROVIDER_NOT_FOUND' ? other : error;
    }
  }
}
