import { Refusal, success } from '../calls/answers.js';
import { checkCode, sendCode } from '../requests/codes.js';
import { numberParameter } from '../faults/faults.js';
import type { VisibleField } from '../signing/pdf-signing.js';
import { text } from '../requests/raos.js';
import type { SignatureRequest } from '../requests/requests.js';
import { keepCertificate, signFiles } from '../signing/signing.js';
import { requestOf, type Call, type Endpoint } from '../calls/endpoint.js';

/** Code and signature (§4.8, §4.9). */
export const SIGN_ENDPOINTS: Endpoint[] = [
  {
    name: 'otp',
    method: 'POST',
    path: '/otp/:request_pk',
    body: 'json',
    work(call) {
      const request = requestOf(call, (pk) => `Request ${pk} not found. Cannot send OTP secret`);
      if (request.status !== 'ENROLLREADY') {
        throw new Refusal(412, 'Error occured during OTP generation: Invalid request status');
      }
      checkDelivery(call);
      sendCode(request, call.behaviour);
      call.provider.settle(request);
      return success('OTP generated');
    },
  },
  {
    name: 'sign',
    method: 'POST',
    path: '/sign/:request_pk',
    body: 'json',
    async work(call) {
      const request = requestOf(call, (pk) => `Request ${pk} not found. Cannot sign documents`);
      await call.provider.oneAfterAnother(request, async () => sign(call, request));
      return success('Documents correctly signed');
    },
  },
];

/** V1's optional field (§4.8). @throws Refusal */
function checkDelivery({ behaviour, body }: Call): void {
  const method = text(body['delivery_method']);
  if (method === undefined && behaviour.deliveryMethod === 'required') {
    throw new Refusal(400, 'Missing required parameters', ['delivery_method']);
  }
  if (method !== undefined && method !== 'sms' && method !== 'whatsapp') {
    throw new Refusal(400, `Delivery method ${method} not supported`); // guess
  }
}

async function sign(call: Call, request: SignatureRequest): Promise<void> {
  const { provider, behaviour, body } = call;
  if (request.status === 'ISSUED') throw new Refusal(412, 'Request already in ISSUED status');
  if (request.status !== 'ENROLLREADY') throw new Refusal(412, 'Invalid request status');
  const visible = visibleField(body['signature'], request);
  try {
    checkUnlock(call, request);
  } finally {
    provider.parts.requests.save(request); // a wrong code counts
  }
  if (request.documents.length === 0 && behaviour.signWithoutDocuments === 'refused') {
    throw new Refusal(404, 'No documents found for specified Request');
  }
  const signer = await signFiles(provider, request, behaviour, visible);
  const late = call.fault('files-late');
  if (late !== undefined) {
    const milliseconds = numberParameter(late, 'ms');
    request.filesFrom = milliseconds === 0 ? null : Date.now() + milliseconds;
  }
  keepCertificate(request, signer);
  delete request.code;
  provider.move(request, 'issued'); // refused if it was cancelled in the meantime
}

/** The code, or another way to unlock the key, with or without `secret` (§12.7). @throws Refusal */
function checkUnlock(call: Call, request: SignatureRequest): void {
  const { behaviour, body } = call;
  const secret = text(body['secret']);
  const type = text(body['ext_unlock_type']);
  const value = text(body['ext_unlock_value']);
  if (type === undefined && value === undefined) {
    if (secret === undefined) throw new Refusal(400, "Missing required parameter: 'secret'", ['secret']);
    if (call.fault('code-not-accepted') !== undefined) throw new Refusal(403, 'Confirmation Code invalid');
    checkCode(request, secret, behaviour);
    return;
  }
  if (secret !== undefined && behaviour.secretWithUnlock === 'refused') {
    throw new Refusal(400, 'Either secret or ext_unlock_value may be given');
  }
  if (secret === undefined && behaviour.secretWithUnlock === 'required') {
    throw new Refusal(400, "Missing required parameter: 'secret'", ['secret']);
  }
  if (type !== undefined && !behaviour.unlockTypes.includes(type) && behaviour.unknownUnlockType === 'named') {
    throw new Refusal(400, 'Authentication type not supported', ['ext_unlock_type']);
  }
  // Guess: the refusal of a pair is not documented. It gets the answer of a wrong code.
  const accepted =
    type !== undefined &&
    behaviour.unlockTypes.includes(type) &&
    new RegExp(behaviour.unlockValue).test(value ?? '') &&
    call.fault('code-not-accepted') === undefined;
  if (!accepted) throw new Refusal(403, 'Confirmation Code invalid');
}

/** The visible signature, if `signature.appearance` asks for one: `position` is `x1,y1,x2,y2` in points. @throws Refusal */
function visibleField(signature: unknown, request: SignatureRequest): VisibleField | undefined {
  const appearance = fieldOf(signature, 'appearance');
  const position = text(fieldOf(appearance, 'position'));
  if (position === undefined) return undefined;
  const [left, bottom, right, top] = position.split(',').map(Number);
  const page = Number(fieldOf(appearance, 'page') ?? 0);
  const whole = [left, bottom, right, top].every((each) => each !== undefined && Number.isFinite(each));
  if (!whole || left === undefined || bottom === undefined || right === undefined || top === undefined) {
    const words = request.documents.map(({ uid }) => [uid, `Missing required parameter 'position' for file ${uid}`]);
    throw new Refusal(400, Object.fromEntries(words));
  }
  const given = fieldOf(appearance, 'text');
  const lines = Array.isArray(given) ? given.map(String) : ['Firmado por: %(CN)s'];
  return { page, rectangle: [left, bottom, right, top], lines: lines.map((line) => filled(line, request)) };
}

/** The text variables of §4.9 that the sandbox knows. */
function filled(line: string, request: SignatureRequest): string {
  const name = `Sandbox Signer ${request.pk}`;
  return line
    .replaceAll('%(CN)s', name)
    .replaceAll('%(SUBJECT)s', `CN=${name}`)
    .replaceAll('%(DATE)s', new Date().toISOString())
    .replaceAll(/%\((?:E|EMAIL)\)s/g, request.email);
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
