/** Characters that people write between the digits of a phone number. */
const BETWEEN_DIGITS = /[\s.()\-\u2010-\u2015]/g;
/** E.164 with its international prefix; no country code begins with 0. */
const INTERNATIONAL = /^\+[1-9]\d{7,14}$/;
/** `+44 (0)20…`: this zero is not dialled after the prefix, so it must not stay when the brackets are removed. */
const NATIONAL_ZERO = /\(\s*0\s*\)/;

/** Local part and domain labels as in HTML5, and at least one dot in the domain. */
const EMAIL =
  /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])$/;
const EMAIL_LENGTH = 254;
const LOCAL_PART_LENGTH = 64;

/** A phone number as the provider gets it, `+34600000000`. Undefined if the text is no number with an international prefix. */
export function internationalPhone(text: string): string | undefined {
  if (NATIONAL_ZERO.test(text)) return undefined;
  const digits = text.replaceAll(BETWEEN_DIGITS, '').replace(/^00/, '+');
  return INTERNATIONAL.test(digits) ? digits : undefined;
}

/** A trimmed e-mail address. Undefined if no mail can be sent to it. */
export function sensibleEmail(text: string): string | undefined {
  const email = text.trim();
  const local = email.lastIndexOf('@');
  return email.length <= EMAIL_LENGTH && local <= LOCAL_PART_LENGTH && EMAIL.test(email) ? email : undefined;
}
