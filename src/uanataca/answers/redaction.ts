import { isFieldName } from '../../messages/request-fields.js';

/** Replaces everything that is taken out. */
export const REDACTED = '…';

/** Characters. Longer text is cut. */
const LONGEST = 300;

/** Characters of the raw text that are used, so that patterns do not run long. */
const LOOKED_AT = 4_000;

/** Field names in the APIs' bodies, in addition to the fields of a request. */
const NAME =
  /^(secret|ext_unlock_(type|value)|position|page|image|username|password|pin|token|rao(_id)?|reason|env|profile|email|mobile_phone_number|registration_authority|billing_(username|password)|delivery_method|document_type|file|hashfile)$/;

/** The order matters: patterns that contain others come first. */
const PATTERNS: readonly [RegExp, string | ((found: string, ...groups: string[]) => string)][] = [
  // Control characters and line ends.
  // oxlint-disable-next-line no-control-regex -- the pattern searches for them
  [/[\u0000-\u001f\u007f\u2028\u2029]+/g, ' '],
  // Addresses, with any scheme or none.
  [/[a-z][a-z0-9+.-]{0,20}:\/\/\S*/gi, REDACTED],
  [/\bwww\.\S+/gi, REDACTED],
  // E-mail addresses, URL-encoded too.
  [/\S*(?:@|%40)\S*/g, REDACTED],
  // The codes of a scratchcard, found by their names: their values may be anything.
  [/\b(erc|enrollment_code|puk|pin(?=\s*=))["'\\]*\s*[:=]\s*\S+/gi, (_found, name = '') => `${name} ${REDACTED}`],
  // Quoted values, also without a closing quote. An apostrophe inside a word is not a quote.
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
 * Makes the provider's words safe to show and to log. It removes the `known` values of the call in every spelling, and everything
 * that looks like personal data or a secret. At most 300 characters.
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

/** Names of fields may be shown. Any other text may be personal data. */
function isName(text: string): boolean {
  return NAME.test(text) || isFieldName(text);
}

/** Every spelling of every value. The longest come first, so that no part of a longer one stays. */
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

/** Short values must stand alone: they would also be found inside words. */
function matcherOf(value: string): RegExp {
  return value.length < 3
    ? new RegExp(String.raw`(?<![\p{L}\p{N}])${literal(value)}(?![\p{L}\p{N}])`, 'giu')
    : new RegExp(literal(value), 'giu');
}

/** The source of a regular expression that matches exactly this text, with or without the `u` flag. */
export function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}
