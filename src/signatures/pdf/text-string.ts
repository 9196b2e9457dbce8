/** Decodes a string in brackets (ISO 32000-1, 7.3.4.2), one byte per character. */
export function meantByLiteral(written: string): string {
  return written.replaceAll(/\\([0-7]{1,3}|\r\n|[^])|\r\n?/g, (_, escaped?: string) => meantBy(escaped));
}

/** Decodes a hexadecimal string. Undefined if it is not one. */
export function meantByDigits(written: string): string | undefined {
  const digits = written.replaceAll(/[\0\t\n\f\r ]/g, '');
  if (!/^[0-9A-Fa-f]*$/.test(digits)) return undefined;
  return Buffer.from(digits.length % 2 === 0 ? digits : `${digits}0`, 'hex').toString('latin1');
}

const ESCAPES = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['b', '\b'],
  ['f', '\f'],
  // The string goes on in the next line.
  ['\n', ''],
  ['\r', ''],
  ['\r\n', ''],
]);

/** Decodes what follows a backslash (ISO 32000-1, 7.3.4.2), or an end of line. */
function meantBy(escaped: string | undefined): string {
  if (escaped === undefined) return '\n';
  if (/^[0-7]{1,3}$/.test(escaped)) return String.fromCharCode(parseInt(escaped, 8) & 0xff);
  return ESCAPES.get(escaped) ?? escaped;
}
