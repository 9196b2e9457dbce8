/** What an error of the database means for the archive, whichever database it is. */
export interface Trouble {
  /**
   * - `passing`: ends by itself. The work is repeated.
   * - `full`: there is no space.
   * - `lasting`: somebody must act.
   * - `defect`: the statement itself was refused. This software, or the schema, is wrong.
   */
  kind: 'passing' | 'full' | 'lasting' | 'defect';
  /** The code of the database, or a named condition, for `facts`. */
  reason: string;
  /** How the sentence "The database cannot be used: …" ends. */
  words: string;
  remedy: string;
}

/** An error of the database, without its text: that can contain values. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  readonly trouble: Trouble;

  constructor(trouble: Trouble) {
    super(`The database cannot be used: ${trouble.words} (${trouble.reason}).`);
    this.trouble = trouble;
  }
}

/** The reason while another process writes to SQLite. */
export const BUSY = 'busy';

/** The words of a defect: statements never add a row whose key may be there without saying what happens then. */
export const KEY_EXISTS = 'a row with this unique key exists';

/** A number that JavaScript would read as another one. We write none. */
export const TOO_LARGE: Trouble = {
  kind: 'lasting',
  reason: 'damaged number',
  words: 'a row is damaged: it has a number above 2^53',
  remedy: 'Restore the database from a backup.',
};

export const NO_SCHEMA_REMEDY = 'Run `videoid setup` with the release that is installed here.';

export const NO_SUCH_TABLE: Trouble = {
  kind: 'lasting',
  reason: 'no schema',
  words: 'a table or a column is missing',
  remedy: NO_SCHEMA_REMEDY,
};

/** The error for a statement that the database refused. `detail` names tables or columns, never values. */
export function defect(reason: string, detail = 'it refused a statement'): Trouble {
  return {
    kind: 'defect',
    reason,
    words: detail,
    remedy: 'This is a defect of this software: report it with the reason.',
  };
}
