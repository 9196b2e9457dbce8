import { defined } from '../../messages/defined.js';
import { checkedInput } from '../input/input.js';
import { type AttemptOption, type RequestAccess } from '../running/access.js';
import { CALL_WITHIN } from '../../temporal/calls.js';
import { linkOf } from './link.js';
import { type EnrolmentSecrets, type ReadOrder, readOrder, readSecrets } from './sealed-secrets.js';
import {
  afterItsEnd,
  type DocumentEntry,
  documentsOf,
  fileOf,
  type ShownFile,
  showFile,
  type ShowOptions,
} from './shown-files.js';

export { keepLink } from './link.js';
export { type CertificateSecrets, type EnrolmentSecrets, type ReadOrder, readPreauthLink } from './sealed-secrets.js';
export type { DocumentEntry, ShownFile, ShowOptions } from './shown-files.js';

/** Milliseconds to find out why there is no link yet. */
const REASON_WITHIN = 2_000;

/** The files and links of a request, from the archive. Every time one is shown, the archive records it. */
export function fileVerbs(access: RequestAccess) {
  const { archive } = access;
  return {
    /**
     * The link for the signer. Waits for create, at most `within` milliseconds (default: 10 000), or until the signal.
     *
     * @throws VideoIdError LINK_NOT_READY, WORKER_AWAY, NOT_NOW, REQUEST_ENDED
     */
    async link(
      reference: string,
      options: AttemptOption & {
        within?: number | undefined;
        channel?: string | undefined;
        signal?: AbortSignal | undefined;
      } = {},
    ): Promise<{ url: string }> {
      const record = await access.record(reference, options);
      const { within = CALL_WITHIN, channel, signal } = options;
      const status = async () => {
        const { worker } = await access.beside(record, Date.now() + REASON_WITHIN);
        return { ...(await access.status(record)), ...defined({ worker }) };
      };
      return { url: await linkOf(archive, record, { within, channel, status, signal }) };
    },

    /** The documents of a request. */
    async documents(reference: string, options: AttemptOption = {}): Promise<DocumentEntry[]> {
      return await documentsOf(archive, await access.record(reference, options));
    },

    /**
     * One document, streamed.
     *
     * @param index that of its entry in `documents`
     * @throws VideoIdError DOCUMENT_NOT_FOUND, also for a signed file that is not there yet
     */
    async document(reference: string, index: number, options: ShowOptions = {}): Promise<ShownFile & { name: string }> {
      const record = await access.record(reference, options);
      const { signed = false, channel } = options;
      const entry = (await documentsOf(archive, record)).find((document) => document.index === index);
      const shown = { what: 'document-shown', channel, facts: { index, signed } };
      const file = showFile(archive, record, fileOf(record, index, signed), shown);
      return { ...(await file.catch(afterItsEnd(archive, record))), name: entry?.name ?? '' };
    },

    /**
     * The contract, streamed: as it is shown to the signer, or after signing.
     *
     * @throws VideoIdError DOCUMENT_NOT_FOUND while it is not there yet
     */
    async contract(reference: string, options: ShowOptions = {}): Promise<ShownFile> {
      const record = await access.record(reference, options);
      const { signed = false, channel } = options;
      const file = { kind: signed ? 'signed-contract' : 'contract' } as const;
      const shown = showFile(archive, record, file, { what: 'contract-shown', channel, facts: { signed } });
      return await shown.catch(afterItsEnd(archive, record));
    },

    /**
     * The RAO declaration of an enrolment, plain text, streamed. The officer reads it, and the contract, before the review.
     *
     * @throws VideoIdError DOCUMENT_NOT_FOUND while it is not there yet
     */
    async declaration(reference: string, { channel, ...options }: ShowOptions = {}): Promise<ShownFile> {
      const record = await access.record(reference, { ...options, flow: 'enrolment' });
      const shown = { what: 'declaration-shown', channel, facts: {} };
      return await showFile(archive, record, { kind: 'declaration' }, shown);
    },

    /**
     * Opens the sealed codes of an enrolment: PIN, PUK, revocation and enrolment code. Needs the private seal key. The reading is
     * recorded before the codes are returned.
     *
     * @throws VideoIdError BAD_INPUT, NOT_NOW (none kept), SEAL_NOT_OPENED
     */
    async secrets(reference: string, order: ReadOrder, options: AttemptOption = {}): Promise<EnrolmentSecrets> {
      const reader = checkedInput(readOrder, order);
      return await readSecrets(access, await access.record(reference, { ...options, flow: 'enrolment' }), reader);
    },
  };
}
