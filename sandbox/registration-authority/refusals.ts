import { randomBytes } from 'node:crypto';
import { Refusal, wordsOf } from '../calls/answers.js';
import type { Behaviour } from '../settings/settings.js';

/** A refusal with its own error code: `{"code","id","error"}` (§2.3). */
export class CodedRefusal extends Refusal {
  constructor(
    status: number,
    words: string,
    readonly code: string,
  ) {
    super(status, words);
  }
}

/** A refusal in one of the other documented shapes. */
export class ShapedRefusal extends Refusal {
  constructor(
    status: number,
    words: string,
    readonly body: Record<string, unknown>,
  ) {
    super(status, words);
  }
}

/** 500 for a mistake of the caller, like the provider answers (§2.3). */
export function mistake(words: string): Refusal {
  return new CodedRefusal(500, words, '500');
}

/** HTTP 404 carries code 400. */
export function notFound(words: string): Refusal {
  return new CodedRefusal(404, words, '400');
}

/** 412 with code 415. */
export function invalidFields(fields: readonly string[]): Refusal {
  return new CodedRefusal(412, `Invalid request fields: ${fields.join(', ')}`, '415');
}

/** 412 with code 418. The words are the provider's. Their spelling is a setting. */
export function invalidParameters({ ra }: Behaviour): Refusal {
  return new CodedRefusal(412, ra.parametersSpelling, '418');
}

export function wrongStatus(): Refusal {
  return new CodedRefusal(412, 'Invalid request status', '412');
}

/** Fields that a body must have. Guess: no source shows the answer if one is missing. */
export function missing(fields: readonly string[], { ra }: Behaviour): Refusal {
  if (ra.missingFields === '412') return invalidFields(fields);
  const list = Object.fromEntries(fields.map((field) => [field, ['This field is required.']]));
  return new ShapedRefusal(400, 'This field is required.', list);
}

export function detailed(status: number, words: string): Refusal {
  return new ShapedRefusal(status, words, { detail: words });
}

export function plain(status: number, words: string): Refusal {
  return new ShapedRefusal(status, words, { error: words });
}

export function forbidden(): Refusal {
  return detailed(403, 'You do not have permission to perform this action.');
}

/** The JSON body of a refusal, in the shape documented for it, or in the one shape that the settings choose for all. */
export function refusalBody(refusal: Refusal, behaviour: Behaviour): Record<string, unknown> {
  const { ra } = behaviour;
  const { status } = refusal;
  if (status === 404 && behaviour.notFoundWords === 'bare') return { detail: 'Not found.' };
  const words = wordsOf(refusal, behaviour);
  const code = refusal instanceof CodedRefusal ? refusal.code : String(status);
  switch (ra.errorShape) {
    case 'as-documented':
      return refusal instanceof ShapedRefusal ? refusal.body : coded(code, words, ra.errorCode);
    case 'coded':
      return coded(code, words, ra.errorCode);
    case 'detail':
      return { detail: words };
    case 'error':
      return { error: words };
    case 'details':
      return { moved: 0, details: words };
    case 'title':
      return { title: 'Error', description: words };
    case 'status':
      return { status: words };
  }
}

function coded(code: string, words: unknown, form: 'string' | 'number' | 'malformed'): Record<string, unknown> {
  const written = { string: code, number: Number(code), malformed: `${code},` }[form];
  return { code: written, id: randomBytes(8).toString('hex'), error: words };
}
