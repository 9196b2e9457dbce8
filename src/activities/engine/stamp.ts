/** The time for a record, ISO 8601. @param now the one clock of all records: Temporal's */
export function stamp(now: () => number): string {
  return new Date(now()).toISOString();
}
