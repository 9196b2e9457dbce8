const ISO = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

/** A moment for people: `2026-01-31 12:00:00 UTC`. @param iso ISO 8601, UTC */
export function moment(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}

/** A text in which the moments can be read. @param written how a moment, ISO 8601 in UTC, is written */
export function withMoments(text: string, written: (iso: string) => string = moment): string {
  return text.replaceAll(ISO, (iso) => written(iso));
}
