import { numberParameter, parameter } from '../faults/faults.js';
import { text } from '../requests/raos.js';
import { statusSeen } from '../requests/transitions.js';
import { createdOrder, updatedFields } from './data.js';
import { enrolmentOf, json, paginated, requireFields, type RaCall, type RaEndpoint } from './endpoint.js';
import type { Enrolment } from './enrolment.js';
import { missingFields } from './completeness.js';
import { mistake, wrongStatus } from './refusals.js';
import { createView, readView } from './request-view.js';

const FILTERS = [
  'scratchcard',
  'given_name',
  'surname_1',
  'surname_2',
  'serial_number',
  'email',
  'mobile_phone_number',
  'registration_authority',
];
const UPDATE_REQUIRED = ['scratchcard', 'email', 'registration_authority', 'profile', 'country_name'];

/** Create, read, update, validate and cancel (§8.2). */
export const REQUEST_ENDPOINTS: RaEndpoint[] = [
  {
    name: 'ra-create',
    method: 'POST',
    path: '/requests/',
    body: 'json',
    work(call) {
      const { provider, behaviour } = call;
      const request = provider.parts.requests.makeEnrolment(createdOrder(call));
      const identification = text(call.body['identification_rao']);
      if (identification !== undefined) {
        if (provider.parts.settings.all.raos[identification] === undefined) {
          throw mistake('Rao matching query does not exist.');
        }
        request.identificationRao = identification;
      }
      const webhook = text(call.body['webhook_url']);
      if (webhook !== undefined && behaviour.ra.webhookUrl === 'used') request.webhook = webhook;
      call.request = request;
      provider.begin(request);
      return json(createView(request, behaviour), 201);
    },
  },
  {
    name: 'ra-list-requests',
    method: 'GET',
    path: '/requests/',
    body: 'none',
    work(call) {
      const before = Date.now() - call.behaviour.ra.listLag;
      const found = call.provider.parts.requests
        .enrolments()
        .filter((request) => Date.parse(request.createdAt) <= before && isWanted(request, call.query));
      return paginated(
        call,
        found.map((request) => shown(call, request)),
      );
    },
  },
  {
    name: 'ra-get-request',
    method: 'GET',
    path: '/requests/:request_pk/',
    body: 'none',
    work: (call) => json(shown(call, enrolmentOf(call))),
  },
  {
    name: 'ra-update-request',
    method: 'PUT',
    path: '/requests/:request_pk/',
    body: 'json',
    work(call) {
      const request = enrolmentOf(call);
      requireFields(call, UPDATE_REQUIRED);
      if (text(call.body['scratchcard']) !== request.scratchcard) throw mistake('Invalid ScratchCard');
      if (!call.behaviour.updateIn.includes(request.status)) throw wrongStatus();
      Object.assign(request, updatedFields(call, request));
      request.revision += 1;
      call.provider.settle(request);
      return json(shown(call, request));
    },
  },
  {
    name: 'ra-validate',
    method: 'GET',
    path: '/requests/:request_pk/validate/',
    body: 'none',
    work(call) {
      const request = enrolmentOf(call);
      if (!call.behaviour.updateIn.includes(request.status)) throw wrongStatus();
      return json(missingFields(request).map((field) => [field, 'missing']));
    },
  },
  {
    name: 'ra-cancel',
    method: 'DELETE',
    path: '/requests/:request_pk/cancel/',
    body: 'none',
    work(call) {
      call.provider.move(enrolmentOf(call), 'cancelled');
      return json({ status: 'Request cancelled' });
    },
  },
];

/** Undocumented filters, such as `status`, do nothing. */
function isWanted(request: Enrolment, query: Record<string, string>): boolean {
  return FILTERS.every((name) => {
    const wanted = query[name];
    return wanted === undefined || wanted === '' || wanted === valueOf(request, name);
  });
}

function valueOf(request: Enrolment, filter: string): string | undefined {
  switch (filter) {
    case 'scratchcard':
      return request.scratchcard;
    case 'email':
      return request.email;
    case 'mobile_phone_number':
      return request.phone;
    case 'registration_authority':
      return request.registrationAuthority;
    default:
      return request.fields[filter];
  }
}

/** A request as reads show it. They may show another status than it has. */
function shown(call: RaCall, request: Enrolment): Record<string, unknown> {
  return readView(request, call.behaviour, call.provider.linkOf(request), shownStatus(call, request));
}

function shownStatus(call: RaCall, request: Enrolment): string {
  const unknown = call.fault('status-unknown');
  if (unknown !== undefined) return String(parameter(unknown, 'shows'));
  const behind = call.fault('reads-behind-hooks');
  const more = behind === undefined ? 0 : numberParameter(behind, 'ms');
  return statusSeen(request, call.behaviour.statusLag, more);
}
