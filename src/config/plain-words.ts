import type { z } from 'zod';

const TYPES: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'a list',
};

/** Says what is wrong with a value, where its schema has no words of its own. The value is not part of the words. */
export const plainWords: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'is missing';
      return TYPES[issue.expected] === undefined ? undefined : `must be ${TYPES[issue.expected]}`;
    case 'invalid_value':
      return mustBe(issue.values);
    case 'invalid_union':
      return Array.isArray(issue.options) ? mustBe(issue.options) : 'cannot be used';
    case 'too_small':
      if (isCounted(issue.origin) && issue.minimum === 1) return 'must not be empty';
      return `must ${isCounted(issue.origin) ? 'have' : 'be'} at least ${issue.minimum}${ofWhat(issue.origin)}`;
    case 'too_big':
      return `must ${isCounted(issue.origin) ? 'have' : 'be'} at most ${issue.maximum}${ofWhat(issue.origin)}`;
    default:
      return undefined;
  }
};

const COUNTED: Record<string, string> = { string: ' characters', array: ' entries' };

function isCounted(origin: string): boolean {
  return COUNTED[origin] !== undefined;
}

function ofWhat(origin: string): string {
  return COUNTED[origin] ?? '';
}

function mustBe(values: readonly unknown[]): string {
  const words = values.map(String);
  return words.length > 2 ? `must be one of ${words.join(', ')}` : `must be ${words.join(' or ')}`;
}
