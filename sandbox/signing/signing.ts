import type { Behaviour } from '../settings/settings.js';
import { Refusal } from '../calls/answers.js';
import type { SingleUseCertificate } from './certificates.js';
import { makeContract } from './contract.js';
import { subjectOf } from '../requests/person.js';
import { signPdf, type SigningOrder, type VisibleField } from './pdf-signing.js';
import type { Provider } from '../provider.js';
import type { ProviderRequest, SignatureRequest } from '../requests/requests.js';

/** The unsigned contract. It is made once, so the signed contract is the one that was shown. */
export async function contractOf(provider: Provider, request: SignatureRequest): Promise<string> {
  const { files } = provider.parts;
  return files.once(files.contractPath(request.pk, 'original'), () => makeContract(request));
}

/**
 * Issues the single-use certificate and signs documents and contract (§4.9). The request is not changed.
 * @throws Refusal if a document cannot be signed
 */
export async function signFiles(
  provider: Provider,
  request: SignatureRequest,
  behaviour: Behaviour,
  visible: VisibleField | undefined,
): Promise<SingleUseCertificate> {
  const { files, authority } = provider.parts;
  const fields = { ...request.updated, ...request.person };
  const subject = subjectOf(fields, `Sandbox Signer ${request.pk}`, behaviour.certificateNumber);
  const signer = await authority.issue(behaviour.algorithm, subject, behaviour.certificateLifetime, {
    qualified: behaviour.qualifiedProfiles.includes(request.profile),
  });
  const order = (field?: VisibleField): SigningOrder => ({
    form: behaviour.signedFile,
    at: new Date(),
    visible: field,
    timestamps: behaviour.signatureLevel === 'B-T' ? authority.timestamps : undefined,
    stripEarlier: behaviour.earlierSignatures === 'stripped',
  });
  const sign = async (from: string, to: string, by: SingleUseCertificate[], field?: VisibleField): Promise<void> => {
    let pdf: Uint8Array = await files.read(from);
    for (const [index, one] of by.entries()) {
      const how = order(index === 0 ? field : undefined);
      pdf = await signPdf(pdf, one, index === 0 ? how : { ...how, form: 'appended', stripEarlier: false });
    }
    files.write(to, pdf);
  };
  for (const { uid } of request.documents) {
    try {
      await sign(files.path(request.pk, 'original', uid), files.path(request.pk, 'signed', uid), [signer], visible);
    } catch (error) {
      // The provider's answer to a PDF that it cannot sign is unknown. Only our own log has the reason.
      provider.parts.log('not signed', { request: request.pk, why: error instanceof Error ? error.name : 'unknown' });
      throw new Refusal(500, `Error occured during signature: document ${uid} cannot be signed`);
    }
  }
  const ofContract = await contractSigners(provider, behaviour, signer);
  await sign(await contractOf(provider, request), files.contractPath(request.pk, 'signed'), ofContract);
  return signer;
}

/** Who signs the contract, in order (guess): the signer, the signer and the RAO, or only the RAO. */
async function contractSigners(
  { parts: { authority } }: Provider,
  { contractSigners: who, algorithm, certificateLifetime }: Behaviour,
  signer: SingleUseCertificate,
): Promise<SingleUseCertificate[]> {
  if (who === 'signer') return [signer];
  const rao = await authority.issue(algorithm, { commonName: 'Sandbox RAO' }, certificateLifetime);
  return who === 'signer-and-rao' ? [signer, rao] : [rao];
}

/** A document that another person signed. The words are the same, but the signature is not this request's. */
export async function signedByAnother(provider: Provider, path: string, behaviour: Behaviour): Promise<Uint8Array> {
  const { files, authority } = provider.parts;
  const another = await authority.issue(
    behaviour.algorithm,
    { commonName: 'Another Signer' },
    behaviour.certificateLifetime,
  );
  return signPdf(await files.read(path), another, {
    form: 'appended',
    at: new Date(),
    timestamps: authority.timestamps,
  });
}

/** Writes the issued certificate into the request. */
export function keepCertificate(request: ProviderRequest, signer: SingleUseCertificate): void {
  const { certificate } = signer;
  request.certificate = {
    serialNumber: certificate.serialNumber,
    subject: certificate.subject,
    issuer: certificate.issuer,
    validFrom: certificate.notBefore.toISOString(),
    validTo: certificate.notAfter.toISOString(),
    data: Buffer.from(certificate.rawData).toString('base64'),
  };
}
