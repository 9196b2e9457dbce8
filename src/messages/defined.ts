/** The same fields, but a field that may be undefined is optional instead. */
export type Defined<Fields> = {
  [Name in keyof Fields as undefined extends Fields[Name] ? never : Name]: Fields[Name];
} & { [Name in keyof Fields as undefined extends Fields[Name] ? Name : never]?: Exclude<Fields[Name], undefined> };

/**
 * Drops fields that are undefined. For JSON, zod and the compiler, an absent field and an undefined one are different; we use
 * absent ones.
 *
 * @example
 * defined({ reason, note }); // { reason: 'wrong-person' } where there is no note
 */
export function defined<Fields extends object>(fields: Fields): Defined<Fields> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<Fields>;
}
