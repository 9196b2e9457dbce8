import { PROVIDER_STATUSES } from '../../messages/request.js';
import type { FoundSetting } from '../file.js';

/** Where a text may be different the next time: gaps of the redaction, numbers, statuses, and parts of known texts. */
const VARIABLE = new RegExp(String.raw`…|\{\}|\d+|\b(?:${PROVIDER_STATUSES.join('|')})\b`, 'g');

/** The longest part of a text that is always the same, and says enough to name it. */
function constantPart(text: string): string[] {
  const parts = text.split(VARIABLE).map((part) => part.replaceAll(/^[^\p{L}]+|[^\p{L}]+$/gu, ''));
  const [longest = ''] = parts.toSorted((one, other) => other.length - one.length);
  return longest.length < 4 ? [] : [longest];
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
