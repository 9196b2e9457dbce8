/**
 * What a terminal would act on, or show in another order: control characters (escapes, C1, line ends), line and paragraph
 * separators, bidirectional marks and other invisible ones, halves of characters. Joiners are part of names in some scripts.
 */
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]|(?![\u200C\u200D])\p{Cf}/gu;

const SHORT: Record<string, string> = { '\n': String.raw`\n`, '\r': String.raw`\r`, '\t': String.raw`\t` };

/**
 * Text of others on its way to a terminal: one line, and nothing in it that does more than show a character.
 *
 * @example
 * printable('good\u001b[2J\nname'); // 'good\\u001b[2J\\nname'
 */
export function printable(text: string): string {
  return text.replaceAll(UNSAFE, (found) => SHORT[found] ?? escaped(found));
}

/** JSON that a terminal may show: the same value, with what is unsafe written as `\u…`. */
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
