/** Longest document name, in bytes of UTF-8. */
export const DOCUMENT_NAME_BYTES = 120;

const SEPARATOR = /[/\\]/;
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]/u;
/** Half of a character pair. It would be stored as another name. */
const LONE_SURROGATE = /\p{Cs}/u;
/** Stands for bytes that nobody could read: the name came in another encoding than was said, so another name would be stored. */
const UNREADABLE = '\uFFFD';
/** With these, `gpj.exe` looks like `exe.jpg`. */
const DIRECTION_OVERRIDE = /[\u{202A}-\u{202E}\u{2066}-\u{2069}]/u;

/** The form in which a document name is kept and compared: Unicode NFC. */
export function normalisedDocumentName(name: string): string {
  return name.normalize('NFC');
}

/**
 * The problem with a document name, as the end of the sentence "the document name …". Undefined if there is none.
 * It does not repeat the name.
 */
export function documentNameProblem(name: string): string | undefined {
  const kept = normalisedDocumentName(name);
  if (kept.trim() === '') return 'is empty';
  if (kept.startsWith('.')) return 'begins with a dot';
  if (SEPARATOR.test(kept)) return 'contains a slash or backslash';
  if (CONTROL.test(kept)) return 'contains a control character';
  if (DIRECTION_OVERRIDE.test(kept)) return 'contains a character that changes the direction of writing';
  if (LONE_SURROGATE.test(kept)) return 'is not well-formed Unicode';
  if (kept.includes(UNREADABLE)) return 'cannot be read: it is not in UTF-8';
  if (Buffer.byteLength(kept, 'utf8') > DOCUMENT_NAME_BYTES) return `is longer than ${DOCUMENT_NAME_BYTES} bytes`;
  return undefined;
}

/** Documents with the same folded name are duplicates: some file systems, and some people, ignore capitals. */
export function foldedDocumentName(name: string): string {
  // Lower, then upper: ẞ, ß and SS fold together, and so do σ and ς.
  return normalisedDocumentName(name).toLowerCase().toUpperCase().normalize('NFC');
}
