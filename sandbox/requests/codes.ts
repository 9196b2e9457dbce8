import { randomInt, timingSafeEqual } from 'node:crypto';
import { Refusal } from '../calls/answers.js';
import type { SignatureRequest } from './requests.js';
import type { Behaviour } from '../settings/settings.js';

const DIGITS = '0123456789';
/** Has no letters and digits that look alike. */
const LETTERS_AND_DIGITS = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789';
const LONGEST = 64;

/** Sends a new code to the signer's phone. The previous code is no longer valid. @throws Refusal 412 within the cool-down (§4.8) */
export function sendCode(request: SignatureRequest, behaviour: Behaviour): void {
  const now = Date.now();
  if (request.code !== undefined && now < request.code.at + behaviour.codeCoolDown) {
    throw new Refusal(412, 'Error occured during OTP generation: Otp generated less than a minute ago');
  }
  const value = behaviour.fixedCode ?? randomCode(behaviour);
  request.code = { value, at: now, wrongTries: 0 };
  request.messages.push({
    at: new Date(now).toISOString(),
    text: `${value} is your code to sign request ${request.pk}. Do not share it.`,
    code: value,
  });
}

/** Checks a code. A wrong and an expired code get the same answer (§4.9). @throws Refusal 403 */
export function checkCode(request: SignatureRequest, secret: string, behaviour: Behaviour): void {
  const { code } = request;
  const usable =
    code !== undefined &&
    Date.now() <= code.at + behaviour.codeLifetime &&
    (behaviour.codeTries === 0 || code.wrongTries < behaviour.codeTries);
  if (usable && sameText(code.value, secret)) return;
  if (code !== undefined) code.wrongTries += 1;
  throw new Refusal(403, 'Confirmation Code invalid');
}

function randomCode({ codeAlphabet, codeLength }: Behaviour): string {
  const letters = codeAlphabet === 'digits' ? DIGITS : LETTERS_AND_DIGITS;
  const length = Math.min(Math.max(1, Math.floor(codeLength)), LONGEST);
  return Array.from({ length }, () => letters[randomInt(letters.length)]).join('');
}

function sameText(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
