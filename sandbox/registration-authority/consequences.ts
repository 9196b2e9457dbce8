import type { ProviderRequest } from '../requests/requests.js';
import type { Behaviour } from '../settings/settings.js';
import type { Cause } from '../requests/statuses.js';
import { somebody } from '../requests/person.js';
import type { Enrolment } from './enrolment.js';

interface Links {
  linkOf(request: ProviderRequest): string;
  enrolLinkOf(request: Enrolment): string;
}

/** What follows from a change of status in an enrolment: data from the video, e-mails. The caller saves. */
export function carryOut(request: ProviderRequest, cause: Cause | 'created', behaviour: Behaviour, links: Links): void {
  if (request.kind !== 'enrolment') return;
  switch (cause) {
    case 'created':
      if (request.videoMode) sendMail(request, 'video', links.linkOf(request));
      break;
    case 'video-finished':
      takeFromVideo(request, behaviour);
      break;
    case 'validated':
      request.videoStatus = 'VALIDATED';
      break;
    case 'approved':
      if (request.videoMode) request.videoStatus = 'VALIDATED';
      sendMail(request, 'enrolment', links.enrolLinkOf(request));
      break;
    case 'refused':
      request.videoStatus = 'REFUSED';
      break;
    default:
  }
}

/** The data from the identification replaces what the caller gave. */
function takeFromVideo(request: Enrolment, { ra }: Behaviour): void {
  const person = (request.person ??= somebody());
  for (const [field, value] of Object.entries(person)) {
    if (!ra.videoFields.includes(field)) continue;
    request.fields[field] = value;
    if (!request.videoFields.includes(field)) request.videoFields.push(field);
  }
  request.revision += 1;
}

/** The e-mails that the provider sends to a signer. */
const MAILS = {
  video: {
    subject: 'Identify yourself by video',
    text: 'A certificate has been requested for you. Have your identity document at hand and open this link:',
  },
  enrolment: {
    subject: 'Your certificate is ready',
    text: 'Your request has been approved. Read the contract and have your certificate issued here:',
  },
};

function sendMail(request: Enrolment, kind: keyof typeof MAILS, link: string): void {
  request.mails.push({ at: new Date().toISOString(), to: request.email, kind, ...MAILS[kind], link });
}
