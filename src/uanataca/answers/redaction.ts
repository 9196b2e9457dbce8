import { isFieldName } from '../../messages/request-fields.js';

/** What stands for anything that was taken out. */
export const REDACTED = '…';

/** Characters; what the provider says in more is cut. */
const LONGEST = 300;

/** Characters of raw text that are looked at, so that no pattern has much to chew on. */
const LOOKED_AT = 4_000;

/** Names in the APIs' bodies, beside the fields of a request. */
const NAME =
  /^(secret|ext_unlock_(type|value)|position|page|image|username|password|pin|token|rao(_id)?|reason|env|profile|email|mobile_phone_number|registration_authority|billing_(username|password)|delivery_method|document_type|file|hashfile)$/;

/** In this order: what contains other things goes first. */
const PATTERNS: readonly [RegExp, string | ((found: string, ...groups: string[]) => string)][] = [
  // Control characters and line ends.
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  [/[\u0000-\u001f\u007f\u2028\u2029]+/g, ' '],
  // Addresses, with any scheme or none.
  [/[a-z][a-z0-9+.-]{0,20}:\/\/\S*/gi, REDACTED],
  [/\bwww\.\S+/gi, REDACTED],
  // E-mail addresses, URL-encoded too.
  [/\S*(?:@|%40)\S*/g, REDACTED],
  // The codes of a scratchcard, by their names, which may hold anything.
  [/\b(erc|enrollment_code|puk|pin(?=\s*=))["'\\]*\s*[:=]\s*\S+/gi, (_found, name = '') => `${name} ${REDACTED}`],
  // Quoted values, also with the quote left open; an apostrophe inside a word is none.
  [/(?<![\p{L}\p{N}])(["'`])((?:(?!\1(?![\p{L}\p{N}])).)+)(\1|$)/gu, quoted],
  [/([«“‘])([^»”’]+)([»”’]|$)/g, quoted],
  // Document numbers, ids, hashes: letters and digits mixed.
  [/\b(?=[a-z_-]*\d)(?=[\d_-]*[a-z])[\w-]{6,}/gi, unlessName],
  // Telephone numbers, codes and other long numbers, however they are grouped.
  [/[+(]{0,2}\d(?:[\s()./-]{0,3}\d){5,}/g, REDACTED],
  // Anything long without a break: tokens, hex, base64.
  [/[^\s"'<>(){}[\],;:]{24,}/g, unlessName],
];

/**
 * The provider's words made safe to show and to log: the `known` values of the call are taken out in every spelling they
 * may come back in, then everything that looks like a person's or a secret one. At most 300 characters.
 */
export function redact(words: string, known: readonly string[]): string {
  let text = words;
  for (const value of spellingsOf(known)) text = text.replace(matcherOf(value), REDACTED);
  if (text.length > LOOKED_AT) text = text.slice(0, LOOKED_AT).replace(/\S*$/, REDACTED);
  for (const [pattern, by] of PATTERNS) {
    text = typeof by === 'string' ? text.replace(pattern, by) : text.replace(pattern, by);
  }
  text = text.replaceAll(/(?:…\s*){2,}/g, `${REDACTED} `).trim();
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}${REDACTED}` : text;
}

function quoted(found: string, open: string, value: string, close: string): string {
  return isName(value) ? found : `${open}${REDACTED}${close}`;
}

function unlessName(found: string): string {
  return isName(found.replace(/\.$/, '')) ? found : REDACTED;
}

/** The provider may name a field; whatever else it names may be somebody's. */
function isName(text: string): boolean {
  return NAME.test(text) || isFieldName(text);
}

/** Every spelling of every value, the longest first, so that no rest of a longer one stays. */
function spellingsOf(known: readonly string[]): string[] {
  const all = known
    .filter((value) => value.trim() !== '')
    .flatMap((value) => [
      value,
      value.trim(),
      value.toUpperCase(),
      value.toLowerCase(),
      value.normalize('NFC'),
      value.normalize('NFD'),
      encodeURIComponent(value.replaceAll(/\p{Surrogate}/gu, '\uFFFD')),
      JSON.stringify(value).slice(1, -1),
      Buffer.from(value).toString('base64').replace(/=+$/, ''),
      Buffer.from(value).toString('base64url'),
      // `+34 600…` comes back as `34600…`.
      ...(/^\+?[\d\s().-]+$/.test(value) ? [value.replaceAll(/\D/g, '')] : []),
    ])
    .filter((value) => value !== '');
  return [...new Set(all)].sort((one, other) => other.length - one.length);
}

/** Short values would be found inside words: they must stand alone. */
function matcherOf(value: string): RegExp {
  return value.length < 3
    ? new RegExp(String.raw`(?<![\p{L}\p{N}])${literal(value)}(?![\p{L}\p{N}])`, 'giu')
    : new RegExp(literal(value), 'giu');
}

/** The source of a regular expression that matches exactly this text, with or without the `u` flag. */
export function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}
