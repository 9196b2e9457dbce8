import { VideoIdError } from '../messages/failures.js';
import { FileBytes } from './pdf/file-bytes.js';
import type { PdfDictionary } from './pdf/syntax.js';
import { PdfStructureError, readTrailers } from './pdf/trailer.js';

/** Readers find the header within the first 1024 bytes (ISO 32000-1, annex H). */
const HEAD = 1024;

/**
 * Whether a file can be sent for signing, from its head, its end and its trailer dictionaries: it is never read whole.
 * A file cut exactly at the end of an earlier revision is a complete PDF and is not noticed.
 *
 * @param limits `maximumBytes`: larger files are refused.
 * @returns The size in bytes.
 * @throws VideoIdError `DOCUMENT_EMPTY`, `DOCUMENT_TOO_LARGE`, `NOT_A_PDF`, `PDF_TRUNCATED`, `PDF_ENCRYPTED`; without field.
 */
export async function checkPdf(path: string, limits: { maximumBytes: number }): Promise<{ size: number }> {
  return FileBytes.with(path, async (file) => {
    const { size } = file;
    if (size === 0) {
      throw new VideoIdError('DOCUMENT_EMPTY', 'the document is empty', {
        remedy: 'Send the file that has the content.',
      });
    }
    if (size > limits.maximumBytes) {
      throw new VideoIdError(
        'DOCUMENT_TOO_LARGE',
        `the document has ${size} bytes, the limit is ${limits.maximumBytes}`,
        {
          remedy: 'Send a smaller file, or raise the limit in the settings.',
          facts: { size, limit: limits.maximumBytes },
        },
      );
    }
    const header = (await file.read(0, HEAD)).indexOf('%PDF-');
    if (header < 0) {
      throw new VideoIdError('NOT_A_PDF', 'the document is not a PDF', { remedy: 'Convert it to PDF and send that.' });
    }
    const trailers = await completeTrailers(file, header);
    if (trailers.some(isEncrypted)) {
      throw new VideoIdError('PDF_ENCRYPTED', 'the document is encrypted', {
        remedy: 'Save it without password and restrictions, then send that.',
      });
    }
    return { size };
  });
}

async function completeTrailers(file: FileBytes, header: number): Promise<PdfDictionary[]> {
  try {
    const trailers = await readTrailers(file, header);
    if (trailers[0]?.entries.get('Root')?.kind !== 'reference')
      throw new PdfStructureError('the trailer names no root');
    return trailers;
  } catch (error) {
    if (!(error instanceof PdfStructureError)) throw error;
    throw new VideoIdError('PDF_TRUNCATED', `the document is incomplete or damaged: ${error.message}`, {
      remedy: 'Send the file again, whole; if it is whole, open it in a PDF program and save it anew.',
      cause: error,
    });
  }
}

function isEncrypted(trailer: PdfDictionary): boolean {
  const encrypt = trailer.entries.get('Encrypt');
  return encrypt !== undefined && !(encrypt.kind === 'word' && encrypt.value === 'null');
}
