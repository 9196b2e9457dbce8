import type { CallCounts } from '../calls/call-log.js';
import type { Provider } from '../provider.js';
import { missingFields } from '../registration-authority/completeness.js';
import type { Enrolment, Mail } from '../registration-authority/enrolment.js';
import type { ScratchcardSecrets } from '../registration-authority/scratchcards.js';
import type { ProviderRequest, SignatureRequest } from '../requests/requests.js';

/** What every view of a request adds to the stored request. Views show the secrets of made-up people. */
interface Shown {
  /** The signer's video link. */
  link: string;
  certificate: { serialNumber: string } | null;
  /** The calls for it, and how they ended, by endpoint. */
  calls: CallCounts;
}

export interface SignatureView extends Omit<SignatureRequest, 'certificate' | 'code'>, Shown {
  /** The code that the signer must type now. */
  code: string | null;
}

export interface EnrolmentView extends Omit<Enrolment, 'certificate'>, Shown {
  /** Where the signer picks up the certificate. */
  enrolLink: string;
  /** Fields that its profile requires and that are still missing (§9). */
  missing: string[];
  /** The secrets of its scratchcard. */
  secrets: Partial<ScratchcardSecrets>;
}

export type RequestView = SignatureView | EnrolmentView;

/** Everything that a test may want to know about one request. */
export function viewOf(provider: Provider, request: ProviderRequest): RequestView {
  const { certificate } = request;
  const shown: Shown = {
    link: provider.linkOf(request),
    certificate: certificate === undefined ? null : { serialNumber: certificate.serialNumber },
    calls: provider.parts.calls.ofRequest(request.pk),
  };
  if (request.kind === 'signature') return { ...request, ...shown, code: request.code?.value ?? null };
  return {
    ...request,
    ...shown,
    enrolLink: provider.enrolLinkOf(request),
    missing: missingFields(request),
    secrets: provider.parts.scratchcards.find(request.scratchcard)?.secrets ?? {},
  };
}

/** A signer's phone: messages newest first, and the links to the video. */
export interface PhoneView {
  messages: { request: number; at: string; text: string; code: string }[];
  links: { request: number; status: string; link: string }[];
}

/** @param which a phone number, or the number of a request */
export function phoneOf(provider: Provider, which: string): PhoneView {
  const all = provider.parts.requests.list();
  const mine = all.filter((request) => request.phone === which || String(request.pk) === which);
  return {
    messages: mine
      .flatMap((request) => request.messages.map((message) => ({ request: request.pk, ...message })))
      .sort((one, other) => (one.at < other.at ? 1 : -1)),
    links: mine.map((request) => ({ request: request.pk, status: request.status, link: provider.linkOf(request) })),
  };
}

export type MailView = Mail & { request: number; status: string };

/**
 * The e-mails to a signer, newest first.
 * @param which an address, or the number of a request
 */
export function mailsOf(provider: Provider, which: string): MailView[] {
  return provider.parts.requests
    .enrolments()
    .filter((request) => request.email === which || String(request.pk) === which)
    .flatMap(({ mails, pk, status }) => mails.map((mail) => ({ request: pk, status, ...mail })))
    .sort((one, other) => (one.at < other.at ? 1 : -1));
}

/** How many scratchcards there are, by registration authority. */
export type StockView = Record<string, { all: number; used: number; unused: number }>;

export function stockOf(provider: Provider): StockView {
  const { scratchcards, settings } = provider.parts;
  return Object.fromEntries(
    Object.keys(settings.all.registrationAuthorities).map((id) => {
      const cards = scratchcards.list(id);
      const used = cards.filter((each) => scratchcards.isUsed(each)).length;
      return [id, { all: cards.length, used, unused: cards.length - used }];
    }),
  );
}
