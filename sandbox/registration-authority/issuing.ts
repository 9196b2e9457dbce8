import { readFile } from 'node:fs/promises';
import { Refusal } from '../calls/answers.js';
import { makeContract } from '../signing/contract.js';
import { subjectOf } from '../requests/person.js';
import { signPdf } from '../signing/pdf-signing.js';
import type { Provider } from '../provider.js';
import { keepCertificate } from '../signing/signing.js';
import type { Enrolment } from './enrolment.js';

const DAY = 86_400_000;

/** The path of the unsigned contract. It is made once for each version of the data. */
export async function contractOf(provider: Provider, request: Enrolment): Promise<string> {
  const { files } = provider.parts;
  const path = files.enrolmentContractPath(request.pk, 'original', request.revision);
  return files.once(path, () => makeContract(request));
}

/** The path of the contract that the signer signed. Undefined if there is none. */
export function signedContractOf(provider: Provider, request: Enrolment): string | undefined {
  const path = provider.parts.files.enrolmentContractPath(request.pk, 'signed', request.revision);
  return provider.parts.files.exists(path) ? path : undefined;
}

/**
 * The signer's self-service behind the pre-authorised link: it signs the contract and issues the certificate.
 * In reality, the signer also gets a code by text message and chooses a PIN. This is not simulated.
 * @throws Refusal 412 outside ENROLLREADY
 */
export async function enrol(provider: Provider, request: Enrolment): Promise<void> {
  await provider.oneAfterAnother(request, async () => {
    if (request.status !== 'ENROLLREADY') throw new Refusal(412, 'Invalid request status');
    const { files, authority } = provider.parts;
    const behaviour = provider.behaviourOf(request);
    const subject = subjectOf(request.fields, `Sandbox Signer ${request.pk}`, behaviour.certificateNumber);
    const signer = await authority.issue(behaviour.algorithm, subject, Number(request.validityTime) * DAY);
    const contract = await readFile(await contractOf(provider, request));
    const signed = await signPdf(contract, signer, { form: behaviour.signedFile, at: new Date() });
    files.write(files.enrolmentContractPath(request.pk, 'signed', request.revision), signed);
    keepCertificate(request, signer);
    provider.move(request, 'issued');
  });
}
