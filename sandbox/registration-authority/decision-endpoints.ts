import { text } from '../requests/raos.js';
import { hasDocuments, missingFields } from './completeness.js';
import { checkCredentials, enrolmentOf, json, requireFields, type RaCall, type RaEndpoint } from './endpoint.js';
import type { Enrolment } from './enrolment.js';
import { validate } from './operator.js';
import { forbidden, invalidFields, plain, wrongStatus } from './refusals.js';
import { readView } from './request-view.js';

/** Approving, deciding about the video, and the link that follows (§8.2 to §8.4). */
export const DECISION_ENDPOINTS: RaEndpoint[] = [
  {
    name: 'ra-approve',
    method: 'POST',
    path: '/requests/:request_pk/pl_approve/',
    body: 'json',
    work(call) {
      const { provider, behaviour } = call;
      const request = enrolmentOf(call, '');
      const rao = checkCredentials(call, request);
      if (behaviour.ra.approveReceipt === 'required') requireFields(call, ['receipt']);
      if (request.status !== 'CREATED') throw wrongStatus();
      const missing = missingFields(request);
      if (missing.length > 0) throw invalidFields(missing);
      if (!hasDocuments(request, behaviour)) throw plain(400, 'Missing required docs');
      request.approvingRao = rao;
      provider.move(request, 'approved');
      return json({
        secrets: secretsOf(call.provider.parts.scratchcards.find(request.scratchcard)?.secrets),
        request: readView(request, behaviour, provider.linkOf(request)),
      });
    },
  },
  {
    name: 'ra-preauthlink',
    method: 'POST',
    path: '/requests/:request_pk/preauthlink/',
    body: 'json',
    work(call) {
      const request = enrolmentOf(call);
      const { ra } = call.behaviour;
      if (ra.preauthlink === 'forbidden') throw forbidden();
      if (request.status !== 'ENROLLREADY') {
        if (ra.preauthlinkElsewhere === '403') throw forbidden();
        throw wrongStatus();
      }
      return json({ preauthenticatedlink: call.provider.enrolLinkOf(request) });
    },
  },
  {
    name: 'ra-validate-videoid',
    method: 'POST',
    path: '/requests/:request_pk/validate_videoid/',
    body: 'json',
    work(call) {
      const { provider, behaviour } = call;
      const { request, rao } = videoToDecide(call);
      if (validate(provider, request, behaviour.ra.validateVideoid)) request.approvingRao = rao;
      provider.settle(request);
      return json({
        secrets: secretsOf(provider.parts.scratchcards.find(request.scratchcard)?.secrets),
        request: readView(request, behaviour, provider.linkOf(request)),
      });
    },
  },
  {
    name: 'ra-refuse-videoid',
    method: 'POST',
    path: '/requests/:request_pk/refuse_videoid/',
    body: 'json',
    work(call) {
      const reason = text(call.body['reason']) ?? '';
      call.provider.refuse(videoToDecide(call).request, reason);
      return json({ videoid_status: 'REFUSED', reason });
    },
  },
];

/** The request, and who decides about its video. @throws Refusal if the caller may not decide, or cannot now */
function videoToDecide(call: RaCall): { request: Enrolment; rao: string } {
  const request = enrolmentOf(call);
  const rao = checkCredentials(call, request);
  const decidable = call.behaviour.ra.videoDecidedBy !== 'operator' && request.status === 'VIDEOREVIEW';
  if (!decidable) throw wrongStatus();
  return { request, rao };
}

/** In the order of the vendor's example. It is an object here, and a JSON string elsewhere (§8.1, §8.3). */
function secretsOf(secrets: Record<'puk' | 'enrollment_code' | 'pin' | 'erc', string> | undefined) {
  if (secrets === undefined) return {};
  const { puk, enrollment_code, pin, erc } = secrets;
  return { puk, enrollment_code, pin, erc };
}
