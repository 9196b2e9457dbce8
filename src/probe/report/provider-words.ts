import { PROVIDER_STATUSES } from '../../messages/request.js';
import type { FoundSetting } from '../file.js';

/** Where a text may be different the next time: gaps of the redaction, numbers, statuses, and parts of known texts. */
const VARIABLE = new RegExp(String.raw`…|\{\}|\d+|\b(?:${PROVIDER_STATUSES.join('|')})\b`, 'g');

/** Characters. A shorter part is in too many texts. */
const ENOUGH = 10;

/**
 * A part of a text that is always the same, and says enough to name it. What comes after a gap says what happened to a thing; what
 * comes before it only names the thing: "Certificate for request … was already used".
 */
function constantPart(text: string): string[] {
  const [first = '', ...later] = text.split(VARIABLE).map((part) => part.replaceAll(/^[^\p{L}]+|[^\p{L}]+$/gu, ''));
  const longest = longestOf(later);
  const part = longest.length >= ENOUGH ? longest : longestOf([first, ...later]);
  return part.length < 4 ? [] : [part];
}

function longestOf(parts: readonly string[]): string {
  return parts.toSorted((one, other) => other.length - one.length)[0] ?? '';
}

/**
 * A setting with the provider's words.
 *
 * @param words unknown words by hash, redacted
 */
export function inWords(setting: FoundSetting, words: Readonly<Record<string, string>>): FoundSetting {
  return Array.isArray(setting) ? textsIn(setting, words) : setting;
}

/** The texts of a list. One that has no part that could name it is left out. */
export function textsIn(
  setting: Extract<FoundSetting, readonly unknown[]>,
  words: Readonly<Record<string, string>>,
): string[] {
  const parts = setting.flatMap((each) => {
    if (typeof each !== 'string') return constantPart(words[each.hash] ?? '');
    return each.includes('{}') ? constantPart(each) : each;
  });
  return [...new Set(parts)];
}
