import type { Behaviour } from './settings.js';
import { Refusal } from './answers.js';
import type { SingleUseCertificate } from './certificates.js';
import { makeContract } from './contract.js';
import { subjectOf } from './person.js';
import { signPdf, type VisibleField } from './pdf-signing.js';
import type { Provider } from './provider.js';
import type { ProviderRequest, SignatureRequest } from './requests.js';

/** The contract as it is shown: made once, so that what is signed is what was shown. */
export async function contractOf(provider: Provider, request: SignatureRequest): Promise<string> {
  const { files } = provider.parts;
  return files.once(files.contractPath(request.pk, 'original'), () => makeContract(request));
}

/**
 * Issues the single-use certificate and signs documents and contract (§4.9). The request is not changed.
 * @throws Refusal where a document cannot be signed
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
  const signer = await authority.issue(behaviour.algorithm, subject, behaviour.certificateLifetime);
  const sign = async (from: string, to: string, field?: VisibleField): Promise<void> => {
    const original = await files.read(from);
    const at = new Date();
    files.write(to, await signPdf(original, signer, { form: behaviour.signedFile, at, visible: field }));
  };
  for (const { uid } of request.documents) {
    try {
      await sign(files.path(request.pk, 'original', uid), files.path(request.pk, 'signed', uid), visible);
    } catch (error) {
      // What the provider answers to a PDF it cannot sign is unknown; the reason goes to our own log only.
      provider.parts.log('not signed', { request: request.pk, why: error instanceof Error ? error.name : 'unknown' });
      throw new Refusal(500, `Error occured during signature: document ${uid} cannot be signed`);
    }
  }
  await sign(await contractOf(provider, request), files.contractPath(request.pk, 'signed'));
  return signer;
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
