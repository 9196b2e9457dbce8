/**
 * Why a file is not a complete PDF that all readers read in the same way:
 * `no-header`, it is not a PDF; `bytes-before-header`; `truncated`, its end is missing; `damaged`, anything else.
 */
export type StructureProblem = 'no-header' | 'bytes-before-header' | 'truncated' | 'damaged';

/** The file is not a complete PDF. It is not repaired, because another reader could repair it in another way. */
export class PdfStructureError extends Error {
  override readonly name = 'PdfStructureError';

  constructor(
    message: string,
    readonly problem: StructureProblem = 'damaged',
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
