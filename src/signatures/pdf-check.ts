import { defined } from '../messages/defined.js';
import { VideoIdError, type InputFailureCode } from '../messages/failures.js';
import { Budget, TooComplexError } from './pdf/budget.js';
import { PdfDocument } from './pdf/document.js';
import { FileBytes } from './pdf/file-bytes.js';
import { pagesOf } from './pdf/page-tree.js';
import { reachedObjects } from './pdf/reached-objects.js';
import { certificationOf, signaturesOf, type ModificationLevel } from './pdf/signatures.js';
import { PdfStructureError, type StructureProblem } from './pdf/structure-error.js';

/** What may be sent for signing. */
export interface PdfLimits {
  /** Larger files are refused. Bytes. */
  maximumBytes: number;
  /** What to do with a document that is certified against any change: another signature breaks its certification. Default: refuse. */
  certified?: 'refuse' | 'accept';
}

/** What a file that can be sent holds. */
export interface CheckedPdf {
  /** Bytes. */
  size: number;
  pages: number;
  /** Signatures and document timestamps that it has already. */
  signatures: number;
  timestamps: number;
  /** What its certification allows to change: 1 nothing, 2 forms and signatures, 3 annotations too. */
  certified?: ModificationLevel;
}

/** Lower than for a signed file: the sender waits for the answer, and only one revision is read. */
const AT_ENTRANCE = {
  inflatedBytes: 32 * 1024 * 1024,
  parsedBytes: 128 * 1024 * 1024,
  values: 3_000_000,
  entries: 500_000,
};

const PROBLEMS: Record<StructureProblem, { code: InputFailureCode; words: string; remedy: string }> = {
  'no-header': {
    code: 'NOT_A_PDF',
    words: 'the document is not a PDF',
    remedy: 'Convert it to PDF and send the PDF.',
  },
  'bytes-before-header': {
    code: 'PDF_BYTES_BEFORE_HEADER',
    words: 'the document does not begin with its header',
    remedy: 'Remove the bytes before %PDF-, or open the file in a PDF program and save it again.',
  },
  truncated: {
    code: 'PDF_TRUNCATED',
    words: 'the document is incomplete',
    remedy: 'Send the complete file. If it is complete, open it in a PDF program and save it again.',
  },
  damaged: {
    code: 'PDF_DAMAGED',
    words: 'the document is damaged',
    remedy: 'Open it in a PDF program, check that it looks right, save it again and send that file.',
  },
};

/**
 * Checks whether a file can be sent for signing. The check is as strict as the one after signing, so problems show before it.
 * It reads the cross-references, the catalog, the page tree, the form, and every object that these lead to. It does not read streams.
 * A file that was cut exactly at the end of an earlier revision is a complete PDF, so it passes.
 *
 * @throws VideoIdError `DOCUMENT_EMPTY`, `DOCUMENT_TOO_LARGE`, `NOT_A_PDF`, `PDF_BYTES_BEFORE_HEADER`, `PDF_TRUNCATED`, `PDF_DAMAGED`,
 *   `PDF_TOO_COMPLEX`, `PDF_ENCRYPTED`, `PDF_CERTIFIED`; without field.
 */
export async function checkPdf(path: string, { maximumBytes, certified = 'refuse' }: PdfLimits): Promise<CheckedPdf> {
  return FileBytes.with(path, async (file) => {
    checkSize(file.size, maximumBytes);
    const checked = await understood(() => read(file));
    if (checked.certified === 1 && certified === 'refuse') {
      throw new VideoIdError('PDF_CERTIFIED', 'the document is certified against any change', {
        remedy:
          'Send it without the certification. Or set documents.certified to accept: it is then signed, which breaks the certification.',
      });
    }
    return checked;
  });
}

function checkSize(size: number, limit: number): void {
  if (size === 0) {
    throw new VideoIdError('DOCUMENT_EMPTY', 'the document is empty', {
      remedy: 'Send a file with content.',
    });
  }
  if (size > limit) {
    throw new VideoIdError('DOCUMENT_TOO_LARGE', `the document has ${size} bytes, the limit is ${limit}`, {
      remedy: 'Send a smaller file, or raise the limit in the settings.',
      facts: { size, limit },
    });
  }
}

async function read(file: FileBytes): Promise<CheckedPdf> {
  const document = await PdfDocument.open(file, { budget: new Budget(AT_ENTRANCE) });
  if (document.isEncrypted) {
    throw new VideoIdError('PDF_ENCRYPTED', 'the document is encrypted', {
      remedy: 'Save it without password and restrictions, and send that file.',
    });
  }
  let pages = 0;
  for await (const _ of pagesOf(document)) pages += 1;
  for await (const _ of reachedObjects(document));
  if (pages === 0) throw new PdfStructureError('the document has no page');
  const signatures = await signaturesOf(document);
  if (signatures.some(({ isCut }) => isCut))
    throw new PdfStructureError('a signature covers bytes that are missing', 'truncated');
  const levels = [await certificationOf(document), ...signatures.map(({ allows }) => allows)];
  const strictest = levels.filter((level) => level !== undefined).toSorted((one, other) => one - other)[0];
  const timestamps = signatures.filter(({ kind }) => kind === 'document-timestamp').length;
  return {
    size: file.size,
    pages,
    signatures: signatures.length - timestamps,
    timestamps,
    ...defined({ certified: strictest }),
  };
}

async function understood<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PdfStructureError) {
      const { code, words, remedy } = PROBLEMS[error.problem];
      throw new VideoIdError(code, `${words}: ${error.message}`, { remedy, cause: error });
    }
    if (error instanceof TooComplexError) {
      throw new VideoIdError('PDF_TOO_COMPLEX', `the document cannot be checked: ${error.message}`, {
        remedy: 'Open it in a PDF program, save it again and send that file.',
        facts: { what: error.what },
        cause: error,
      });
    }
    throw error;
  }
}
