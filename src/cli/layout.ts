import { moment, withMoments } from '../messages/moments.js';
import { span } from '../messages/span.js';

/** Rows as aligned columns; the last column is not padded. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length);
  }
  return rows.map((row) =>
    row
      .map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(widths[at] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

/** A past moment, and how long ago it is. @param now by Temporal's clock, like the moment */
export function ago(iso: string, now: number): string {
  return `${moment(iso)} (${span(now - Date.parse(iso))} ago)`;
}

/** A text for people, with its moments as they are read: `2026-01-31 12:00:00 UTC (in 2 h)`. @param now as that of `ago` */
export function readable(text: string, now: number): string {
  return withMoments(text, (iso) => (Date.parse(iso) > now ? ahead(iso, now) : ago(iso, now)));
}

/** A moment to come, and how far it is. @param now as that of `ago` */
export function ahead(iso: string, now: number): string {
  return `${moment(iso)} (in ${span(Date.parse(iso) - now)})`;
}

/** A size in bytes for people: `12.3 kB`. */
export function byteSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  if (bytes < 1e9) return `${(bytes / 1e6).toFixed(1)} MB`;
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
