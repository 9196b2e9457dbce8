import { z } from 'zod';
import type { RequestPk } from '../../messages/request.js';
import { raoId } from '../credentials.js';
import { ProviderError } from '../errors.js';
import type { Exchange } from '../exchange.js';
import type { HttpOrder } from '../http/http.js';
import { type PdfStream, pdfFrom, startsAsPdf } from '../http/pdf-stream.js';
import type { RegistrationAuthorityAssumptions } from './assumptions.js';
import { type CallName, PATHS } from './calls.js';
import { WITH_FILES } from './documents.js';

type Way = RegistrationAuthorityAssumptions['contractFrom'][number];

/**
 * The unsigned service contract (§8.2). The ways in the assumption `contractFrom` are tried one after the other. If none works,
 * it throws PROVIDER_NOT_FOUND of one of them, else the error of the first. Other trouble ends the search.
 */
export async function contractOf(
  exchange: Exchange<CallName>,
  { pk, rao }: { pk: RequestPk; rao: string },
  assumed: RegistrationAuthorityAssumptions,
): Promise<PdfStream> {
  let reason: ProviderError | undefined;
  for (const way of assumed.contractFrom) {
    try {
      const order = orderOf(way, pk, raoId(rao, assumed));
      const answered = await exchange.ask('contract', order, [], WITH_FILES);
      const bytes =
        way === 'generate' ? fromText(answered.envelope.payload, assumed) : fromList(answered.envelope.payload);
      if (bytes !== undefined && startsAsPdf(bytes)) return pdfFrom(bytes);
      throw exchange.unusable('contract', answered, 'the answer contains no PDF of the contract');
    } catch (error) {
      if (!(error instanceof ProviderError) || !saysNotThisWay(error)) throw error;
      if (reason === undefined || error.code === 'PROVIDER_NOT_FOUND') reason = error;
    }
  }
  throw reason ?? new TypeError('no way to the contract');
}

function orderOf(way: Way, pk: RequestPk, raoNumber: string | number): HttpOrder {
  switch (way) {
    case 'json':
      return { method: 'POST', path: PATHS.document(pk), json: { type: 'contract', rao_id: raoNumber } };
    case 'form':
      return {
        method: 'POST',
        path: PATHS.document(pk),
        form: { fields: { type: 'contract', rao_id: String(raoNumber) } },
      };
    case 'generate':
      return { method: 'POST', path: PATHS.generatedDocument(pk), json: { doctype: 'contract' } };
  }
}

/** A path that does not exist may be answered with a page (§8.2). */
function saysNotThisWay({ code, status }: ProviderError): boolean {
  if (status === 404) return true;
  return code === 'PROVIDER_REFUSED' || code === 'PROVIDER_NOT_FOUND' || code === 'PROVIDER_ANSWER_UNKNOWN';
}

const itemSchema = z.object({ document: z.string(), type: z.string().optional() });

/** `[{"document":"<Base64 with line breaks>","type":"contract"}]`. */
function fromList(payload: unknown): Buffer | undefined {
  const items = z.array(itemSchema).safeParse(Array.isArray(payload) ? payload : [payload]);
  const contract = items.data?.find(({ type }) => type === undefined || type === 'contract');
  const base64 = contract?.document.replaceAll(/\s/g, '');
  if (base64 === undefined || base64 === '') return undefined;
  const bytes = Buffer.from(base64, 'base64');
  // Compared without a pattern: on megabytes, a pattern may use up the stack.
  return withoutPadding(bytes.toString('base64')) === withoutPadding(base64) ? bytes : undefined;
}

/**
 * `{"document":"%PDF-1.4 …"}`. A character above 255 means that bytes were lost on the way. In the comment after the first line,
 * where the vendor's own example has such characters, they do no harm.
 */
function fromText(payload: unknown, { generatedContract }: RegistrationAuthorityAssumptions): Buffer | undefined {
  const text = itemSchema.safeParse(payload).data?.document;
  if (text === undefined) return undefined;
  if (generatedContract === 'utf8') return text.includes('\uFFFD') ? undefined : Buffer.from(text);
  const whole = text.replace(/^%PDF-[\d.]+\s+%\uFFFD+/, (head) => head.replaceAll('\uFFFD', '?'));
  return /[\u0100-\uFFFF]/.test(whole) ? undefined : Buffer.from(whole, 'latin1');
}

function withoutPadding(base64: string): string {
  return base64.endsWith('=') ? base64.slice(0, base64.indexOf('=', base64.length - 2)) : base64;
}
