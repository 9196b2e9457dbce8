import type { PdfValue } from '../pdf/syntax.js';

/** An object that an update wrote. Positions in the file, bytes. */
export interface WrittenObject {
  number: number;
  generation: number;
  value: PdfValue;
  /** Where it begins, and where positions in `value` count from. Absent inside an object stream. */
  lead?: Lead;
  base?: number;
  /** Where its stream begins. Absent if it has none. */
  streamStart?: number;
}

/** Where something begins, and where the white space before it begins: some programs point to that. */
export interface Lead {
  from: number;
  place: number;
}

/** What one incremental update wrote (ISO 32000-1, 7.5.6). Positions in the file, bytes. */
export interface Update {
  end: number;
  /** Where its `startxref` leads. */
  start: number;
  objects: readonly WrittenObject[];
  tables: readonly Lead[];
}
