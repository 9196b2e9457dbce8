import { Refusal, success } from '../calls/answers.js';
import { numberParameter, parameter } from '../faults/faults.js';
import { raoView, text, userView } from '../requests/raos.js';
import type { SignatureRequest } from '../requests/requests.js';
import { shownIdentity, UPDATE_IDENTITY, updateIdentity } from '../requests/signer-identity.js';
import { statusSeen } from '../requests/transitions.js';
import { required, requestOf, type Call, type Endpoint } from '../calls/endpoint.js';

const UPDATE_REQUIRED = ['scratchcard', 'email', 'registration_authority', 'profile', 'country_name'];
const CONTACT = ['email', 'mobile_phone_number', 'country_name'];

/** Get, update and cancel (§4.10 to §4.12). */
export const REQUEST_ENDPOINTS: Endpoint[] = [
  {
    name: 'get-request',
    method: 'GET',
    path: '/request/:request_pk',
    body: 'none',
    work(call) {
      const request = requestOf(call, () => 'Request not found. Make sure the upload directory is correct.');
      return success(undefined, requestView(call, request));
    },
  },
  {
    name: 'update-request',
    method: 'PUT',
    path: '/request/:request_pk',
    body: 'json',
    work(call) {
      const request = requestOf(call, () => 'Request not found. Make sure the upload directory is correct.');
      required(call, UPDATE_REQUIRED, 'Missing required parameters');
      if (text(call.body['scratchcard']) !== request.scratchcard) throw new Refusal(500, 'Invalid ScratchCard');
      if (!call.behaviour.updateIn.includes(request.status)) throw new Refusal(412, 'Invalid request status');
      updateIdentity(request, textsOf(call, UPDATE_IDENTITY), call.behaviour);
      Object.assign(request.updated, textsOf(call, CONTACT));
      request.email = request.updated['email'] ?? request.email;
      request.phone = request.updated['mobile_phone_number'] ?? request.phone;
      call.provider.settle(request);
      return success('Request updated');
    },
  },
  {
    // An assumption: V2 does not show this endpoint.
    name: 'cancel-request',
    method: 'DELETE',
    path: '/request/:request_pk',
    body: 'none',
    work(call) {
      if (call.behaviour.cancel === 'absent') throw new Refusal(405, 'Method Not Allowed');
      const request = requestOf(call, (pk) => `Request ${pk} not found`);
      if (call.behaviour.cancel === 'cancels') call.provider.move(request, 'cancelled');
      call.provider.parts.files.removeAll(request.pk);
      request.documents = [];
      request.folderRemoved = true;
      call.provider.settle(request);
      return success('Request directory removed successfully');
    },
  },
];

function textsOf(call: Call, fields: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    fields.flatMap((field) => {
      const value = text(call.body[field]);
      return value === undefined ? [] : [[field, value]];
    }),
  );
}

/** The fields of V1's example (§4.10). No source shows `videoid_pk`. */
function requestView(call: Call, request: SignatureRequest): Record<string, unknown> {
  const status = shownStatus(call, request);
  const { updated, certificate } = request;
  const identity = shownIdentity(request, call.behaviour);
  return {
    pk: request.pk,
    ...(call.behaviour.videoidPkShown ? { videoid_pk: request.videoidPk } : {}),
    ...(status === undefined ? {} : { status }),
    profile: request.profile,
    scratchcard: request.scratchcard,
    registration_authority: Number(request.registrationAuthority),
    email: request.email,
    mobile_phone_number: request.phone,
    given_name: identity.given_name ?? '',
    surname_1: identity.surname_1 ?? '',
    surname_2: identity.surname_2 ?? '',
    serial_number: identity.serial_number ?? '',
    birth_date: identity.birth_date ?? null,
    ...(call.behaviour.countryShown ? { country_name: updated['country_name'] ?? 'ES' } : {}),
    id_document_type: identity.id_document_type ?? '',
    id_document_country: identity.id_document_country ?? '',
    paperless_mode: false,
    videoid_mode: true,
    secure_element: 2,
    validity_time: '1',
    communication_language: '',
    registering_user: userView(request),
    approving_user: request.approvingRao === undefined ? null : userView(request),
    approving_rao: request.approvingRao === undefined ? null : raoView(request.approvingRao, request),
    certificate_set:
      certificate === undefined
        ? []
        : [
            {
              profile: request.profile,
              status: 0,
              valid: 'VALID',
              valid_from: certificate.validFrom,
              valid_to: certificate.validTo,
              revokation_reason: null,
              serial_number: certificate.serialNumber,
              subject: certificate.subject,
              issuer: certificate.issuer,
              data: certificate.data,
            },
          ],
  };
}

function shownStatus(call: Call, request: SignatureRequest): string | undefined {
  const unknown = call.fault('status-unknown');
  if (unknown !== undefined) return String(parameter(unknown, 'shows'));
  const behind = call.fault('reads-behind-hooks');
  const more = behind === undefined ? 0 : numberParameter(behind, 'ms');
  switch (call.behaviour.statusShown) {
    case 'absent':
      return undefined;
    case 'as-created':
      return request.history[0]?.status;
    case 'live':
      return statusSeen(request, call.behaviour.statusLag, more);
  }
}
