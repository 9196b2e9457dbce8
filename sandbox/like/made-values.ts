import { placeholder } from './placeholder.js';
import type { TextShape } from './shape.js';

/** Values for what the sandbox does not know, by form and length. The same shape has the same value. */

export function madeText({ form, length = 0, hash }: TextShape): string {
  const digits = hash === undefined ? '0' : hash.padStart(32, '0').slice(0, 32);
  switch (form) {
    case 'uuid':
      return digits.padEnd(32, '0').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    case 'hex':
      return digits.padEnd(length, '0').slice(0, Math.max(16, length));
    case 'digits':
      return '1'.padEnd(length, '0');
    case 'link':
      return `https://like.example/${hash ?? ''}`.padEnd(length, 'x');
    case 'email':
      return `${hash ?? 'somebody'}@like.example`.padStart(length, 'x');
    case 'base64':
      return 'A'.repeat(length);
    case 'json':
      return '{}';
    case undefined:
      break;
    default:
      if (isPattern(form)) return form.replaceAll('9', '1');
  }
  return hash === undefined ? 'x'.repeat(length) : placeholder(hash, length);
}

export function madeNumber(digits: number): number {
  return digits === 0 ? 0 : Number('1'.padEnd(digits, '0'));
}

/**
 * A value of ours, written as the form says: dates and phone numbers have patterns such as `99/99/9999`. What does not fit stays as it
 * is.
 */
export function inForm(own: string, form: string | undefined): string {
  const digits = own.replaceAll(/\D/g, '');
  if (form === 'digits') return /^\+?[\d\s().-]+$/.test(own) ? digits : own;
  if (form === undefined || !isPattern(form)) return own;
  const date = /^(\d{4})-?(\d\d)-?(\d\d)/.exec(own);
  const [, year = '', month = '', day = ''] = date ?? [];
  const ordered = date !== null && !form.startsWith('9999') ? day + month + year + digits.slice(8) : digits;
  const places = form.replaceAll(/[^9]/g, '').length;
  if (date === null && places !== digits.length) return own;
  let next = 0;
  return form.replaceAll('9', () => ordered[next++] ?? '0');
}

function isPattern(form: string): boolean {
  return form.includes('9') && /^[9\s+:./TZ-]+$/.test(form);
}
