/** The same fields; those that may be undefined are optional instead. */
export type Defined<Fields> = {
  [Name in keyof Fields as undefined extends Fields[Name] ? never : Name]: Fields[Name];
} & { [Name in keyof Fields as undefined extends Fields[Name] ? Name : never]?: Exclude<Fields[Name], undefined> };

/**
 * The fields that have a value. An optional field that is absent and one that is undefined are two things to JSON, to zod and to the
 * compiler; we leave it out.
 *
 * @example
 * defined({ reason, note }); // { reason: 'wrong-person' } where there is no note
 */
export function defined<Fields extends object>(fields: Fields): Defined<Fields> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<Fields>;
}
