import { PDFDocument, StandardFonts, rgb } from '@cantoo/pdf-lib';
import type { ProviderRequest } from '../requests/requests.js';

const OPENING = 'This stands for the service contract between the certification service provider and the signer.';
const LINES: Record<ProviderRequest['kind'], readonly string[]> = {
  signature: [
    OPENING,
    'The signer has to see it together with the documents, before signing. It is signed in the same step.',
    '',
    'The certificate is issued for one signature only and is used for the documents of this request',
    'and for this contract. It comes from a test authority and has no legal effect.',
  ],
  enrolment: [
    OPENING,
    'The registration authority sees it before approving; the signer signs it when the certificate is issued.',
    '',
    'The certificate is valid for as long as was asked for.',
    'It comes from a test authority and has no legal effect.',
  ],
};

/** The provider's service contract of a request (§4.7): one page that names the request, without personal data. */
export async function makeContract(request: ProviderRequest): Promise<Uint8Array> {
  const document = await PDFDocument.create();
  document.setTitle(`Contract of request ${request.pk}`);
  const page = document.addPage([595, 842]);
  const bold = await document.embedFont(StandardFonts.HelveticaBold);
  const plain = await document.embedFont(StandardFonts.Helvetica);
  page.drawRectangle({ x: 0, y: 812, width: 595, height: 30, color: rgb(0.1, 0.24, 0.36) });
  page.drawText('SANDBOX', { x: 56, y: 822, size: 10, font: bold, color: rgb(1, 1, 1) });
  page.drawText('Certification service contract', { x: 56, y: 760, size: 20, font: bold });
  page.drawText(`Request ${request.pk}`, { x: 56, y: 734, size: 12, font: plain });
  page.drawText(`Profile ${request.profile}`, { x: 56, y: 718, size: 12, font: plain });
  if (request.kind === 'enrolment') {
    page.drawText(`Version ${request.revision} of the data`, { x: 56, y: 702, size: 12, font: plain });
  }
  LINES[request.kind].forEach((line, index) =>
    page.drawText(line, { x: 56, y: 680 - index * 18, size: 10.5, font: plain }),
  );
  return document.save();
}
