import type { PdfDictionary } from './syntax.js';

/** The time under a key, `(D:20260102030405+01'00')` (ISO 32000-1, 7.9.4). */
export function timeIn(dictionary: PdfDictionary, key: string): Date | undefined {
  const value = dictionary.entries.get(key);
  if (value?.kind !== 'text') return undefined;
  const parts = /^D:(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:Z|([+-]\d\d)'?(\d\d)?'?)?/.exec(value.value);
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second, zoneHour, zoneMinute] = parts;
  const zone = zoneHour === undefined ? 'Z' : `${zoneHour}:${zoneMinute ?? '00'}`;
  const time = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone}`);
  return Number.isNaN(time.getTime()) ? undefined : time;
}
