/**
 * What a file is instead of a complete PDF that every reader reads alike:
 * `no-header`, no PDF at all; `bytes-before-header`; `truncated`, its end is not there; `damaged`, anything else.
 */
export type StructureProblem = 'no-header' | 'bytes-before-header' | 'truncated' | 'damaged';

/** The file is not a complete PDF. Nothing is repaired: another reader could repair it in another way. */
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
