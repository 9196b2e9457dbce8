import { z } from 'zod';

/** What the sandbox shows of a signer's phone. */
const phoneSchema = z.object({ messages: z.array(z.object({ code: z.string() })) });

/** The people whom the real provider has and the local stack plays: through the sandbox's own control calls. */
export class SandboxPeople {
  readonly #sandbox: string;

  /** @param sandbox its address, without a slash at the end */
  constructor(sandbox: string) {
    this.#sandbox = sandbox;
  }

  /** The signer goes through the video identification. */
  async finishVideo(requestPk: string): Promise<void> {
    await this.#call('POST', `/sandbox/requests/${encodeURIComponent(requestPk)}/video`, { result: 'finished' });
  }

  /** The signer of an enrolment goes through the video identification. */
  async finishEnrolmentVideo(requestPk: string): Promise<void> {
    await this.#call('POST', `/sandbox/ra/requests/${encodeURIComponent(requestPk)}/video`, { result: 'finished' });
  }

  /** The provider's certified operator validates the video. */
  async validateVideo(requestPk: string): Promise<void> {
    await this.#call('POST', `/sandbox/ra/requests/${encodeURIComponent(requestPk)}/operator`, { do: 'validate' });
  }

  /** The signer picks up the certificate behind the link in the e-mail. */
  async pickUpCertificate(requestPk: string): Promise<void> {
    await this.#call('POST', `/sandbox/ra/requests/${encodeURIComponent(requestPk)}/enrol`, {});
  }

  /** The code in the newest message on the signer's phone. */
  async readCode(requestPk: string): Promise<string> {
    const phone = phoneSchema.parse(await this.#call('GET', `/sandbox/phones/${encodeURIComponent(requestPk)}`));
    const [newest] = phone.messages;
    if (newest === undefined) throw new Error("There is no message on the signer's phone.");
    return newest.code;
  }

  async #call(method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> {
    const answer = await fetch(this.#sandbox + path, {
      method,
      signal: AbortSignal.timeout(10_000),
      ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    if (!answer.ok)
      throw new Error(`The sandbox answered ${method} ${path.split('/', 3).join('/')} with ${answer.status}.`);
    return answer.json();
  }
}
