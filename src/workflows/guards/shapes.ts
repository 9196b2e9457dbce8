/**
 * Guards for the input of workflows. They are written by hand, because the workflow bundle has no schema library. A guard returns
 * the name of the first wrong field, `''` if the value itself is wrong, or undefined if all is well.
 */
export type Guard = (value: unknown) => string | undefined;

const WRONG = '';

/** A guard that says yes or no. */
export function where(holds: (value: unknown) => boolean): Guard {
  return (value) => (holds(value) ? undefined : WRONG);
}

export function text(longest: number, pattern = /^/): Guard {
  return where(
    (value) => typeof value === 'string' && value.length > 0 && value.length <= longest && pattern.test(value),
  );
}

export function oneOf(...words: string[]): Guard {
  return where((value) => typeof value === 'string' && words.includes(value));
}

/** A whole number. */
export function whole(least: number, most: number): Guard {
  return where((value) => Number.isSafeInteger(value) && Number(value) >= least && Number(value) <= most);
}

export function listOf(each: Guard, least: number, most: number): Guard {
  return (value) => {
    if (!Array.isArray(value) || value.length < least || value.length > most) return WRONG;
    const at = value.findIndex((item) => each(item) !== undefined);
    return at === -1 ? undefined : `[${at}]`;
  };
}

/** An object with these fields and no others. */
export function shape(required: Record<string, Guard>, optional: Record<string, Guard> = {}): Guard {
  const known = new Map([...Object.entries(required), ...Object.entries(optional)]);
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return WRONG;
    const given = new Map<string, unknown>(Object.entries(value));
    for (const name of Object.keys(required)) if (!given.has(name)) return name;
    for (const [name, item] of given) {
      const wrong = known.get(name)?.(item) ?? (known.has(name) ? undefined : WRONG);
      // The name of an unknown field comes from the caller, so it is not repeated.
      if (wrong !== undefined) return known.has(name) ? pathOf(name, wrong) : WRONG;
    }
    return undefined;
  };
}

type OptionalKey<T, K extends keyof T> = object extends Pick<T, K> ? K : never;
type RequiredGuards<T> = { [K in keyof T as K extends OptionalKey<T, K> ? never : K]: Guard };
type OptionalGuards<T> = { [K in keyof T as OptionalKey<T, K>]: Guard };

/** The shape of a type. The compiler demands a guard for every field. */
export function shapeOf<T>(
  required: RequiredGuards<T>,
  ...[optional]: keyof OptionalGuards<T> extends never ? [] : [optional: OptionalGuards<T>]
): Guard {
  return shape(required, optional);
}

/** One of several shapes. The word in a field says which. */
export function byWord(field: string, shapes: Record<string, Guard>): Guard {
  return (value) => {
    const word = fieldOf(value, field);
    const meant = typeof word === 'string' && Object.hasOwn(shapes, word) ? shapes[word] : undefined;
    return meant === undefined ? field : meant(value);
  };
}

/** The first guard that finds something wrong. */
export function all(...guards: Guard[]): Guard {
  return (value) => {
    for (const guard of guards) {
      const wrong = guard(value);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  };
}

/** An own field of an object. */
export function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([each]) => each === name)?.[1]
    : undefined;
}

function pathOf(name: string, inner: string): string {
  if (inner === WRONG) return name;
  return inner.startsWith('[') ? `${name}${inner}` : `${name}.${inner}`;
}
