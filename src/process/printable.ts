/**
 * Characters that control a terminal or change the order of text: control characters (escapes, C1, line ends), separators of lines and
 * paragraphs, bidirectional marks, other invisible characters, halves of characters. Joiners are allowed: some scripts need them.
 */
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]|(?![\u200C\u200D])\p{Cf}/gu;

const SHORT: Record<string, string> = { '\n': String.raw`\n`, '\r': String.raw`\r`, '\t': String.raw`\t` };

/**
 * Makes text from others safe for a terminal: one line, in which every character only shows itself.
 *
 * @example
 * printable('good\u001b[2J\nname'); // 'good\\u001b[2J\\nname'
 */
export function printable(text: string): string {
  return text.replaceAll(UNSAFE, (found) => SHORT[found] ?? escaped(found));
}

/** Makes JSON safe for a terminal: the same value, with unsafe characters written as `\u…`. */
export function printableJson(json: string): string {
  return json.replaceAll(UNSAFE, (found) =>
    Array.from({ length: found.length }, (_, at) => escaped(found.charAt(at))).join(''),
  );
}

function escaped(found: string): string {
  const code = found.codePointAt(0) ?? 0;
  const hex = code.toString(16).padStart(4, '0');
  return code > 0xffff ? String.raw`\u{${hex}}` : String.raw`\u${hex}`;
}
