import { extname, join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Command } from 'commander';
import type { DocumentEntry, VideoIdClient } from '../client.js';
import { VideoIdError } from '../messages/failures.js';
import { type AttemptFlag, defineRequest, withAttempt } from './command.js';
import { EXIT } from './exit-codes.js';
import { byteSize, columns } from './layout.js';
import { pathOf, save } from './saved-file.js';

interface SavedFile {
  path: string;
  signed: boolean;
}

/** Commands for the documents and the contract. */
export const FILE_COMMANDS = { documents: documentsCommand, contract: contractCommand };

function documentsCommand(program: Command): void {
  withAttempt(
    defineRequest<AttemptFlag & { save?: string }>(
      program,
      'documents <reference>',
      'list the documents, or save them: the signed file if there is one, otherwise the file as it was given',
      async ({ client, screen, reference, flags: { save: directory, ...flags } }) => {
        const documents = await client.documents(reference, flags);
        if (directory === undefined) {
          screen.answer({ documents }, [
            ...documentTable(documents),
            '',
            `Next: videoid documents ${reference} --save DIRECTORY`,
          ]);
          return EXIT.done;
        }
        const files: SavedFile[] = [];
        const lost = documents.filter((each) => each.lost).map(({ name }) => name);
        for (const { index, name, signed } of documents) {
          const { stream } = await client.document(reference, index, { ...flags, signed, channel: 'cli' });
          const path = join(directory, signed ? signedName(name) : name);
          await screen.during(`Saving document ${index}`, save(path, stream));
          files.push({ path, signed });
        }
        screen.answer({ files, ...(lost.length > 0 ? { lost } : {}) }, [
          ...columns(files.map(({ path, signed }) => [path, signed ? 'signed' : 'as given'])),
          ...lostLines(lost),
        ]);
        return lost.length > 0 ? EXIT.failed : EXIT.done;
      },
    ),
  ).option('--save <directory>', 'save them there; nothing is overwritten');
}

/** The signed forms of these documents are lost, and what was saved is not signed. */
function lostLines(names: readonly string[]): string[] {
  if (names.length === 0) return [];
  return [
    '',
    `The signed file is lost in the archive: ${names.join(', ')}. What was saved is the document as it was given.`,
    'Put it back from a newer copy of the archive, or ask those who got it.',
  ];
}

function documentTable(documents: readonly DocumentEntry[]): string[] {
  return columns([
    ['#', 'NAME', 'SIZE', 'SIGNED', 'SHA-256 AS GIVEN'],
    ...documents.map(({ index, name, size, sha256, signed, lost }) => [
      String(index),
      name,
      byteSize(size),
      signed ? 'yes' : lost ? 'lost' : 'not yet',
      sha256,
    ]),
  ]);
}

function contractCommand(program: Command): void {
  withAttempt(
    defineRequest<AttemptFlag & { save?: string | true }>(
      program,
      'contract <reference>',
      "the provider's service contract, which the signer signs too",
      async ({ client, screen, reference, flags }) => {
        if (flags.save === undefined) {
          const known = await contractFacts(client, reference, flags);
          const facts = [
            ['Contract', known.signed ? 'signed' : 'not signed yet'],
            ['SHA-256', known.sha256],
          ];
          screen.answer({ contract: known }, [...columns(facts), '', `Next: videoid contract ${reference} --save`]);
          return;
        }
        const { stream, signed } = await openContract(client, reference, flags);
        const path = await pathOf(flags.save, `${reference}-contract${signed ? '-signed' : ''}.pdf`);
        await screen.during('Saving the contract', save(path, stream));
        screen.answer({ files: [{ path, signed }] }, [`${path}  ${signed ? 'signed' : 'as shown before signing'}`]);
      },
    ),
  ).option('--save [path]', 'save it as this file, or in this directory; nothing is overwritten');
}

/** Does not open the contract: an opened file is recorded as shown. */
async function contractFacts(
  client: VideoIdClient,
  reference: string,
  { flow, attempt }: AttemptFlag,
): Promise<{ sha256: string; signed: boolean }> {
  const status = await client.status(reference, { flow, attempt });
  const shown = status.toAccept ?? status.toReview;
  if (status.stage === 'ended') {
    const { contract } = await client.outcome(reference, { flow, attempt });
    if (contract !== undefined) return { sha256: contract.sha256, signed: contract.signed };
  } else if (shown !== undefined) return { sha256: shown.contract, signed: false };
  throw new VideoIdError('NOT_NOW', 'There is no contract.', {
    remedy:
      'For a signature it comes after the approval, for an enrolment before the review. See the stage of the request.',
    facts: { stage: status.stage },
  });
}

async function openContract(
  client: VideoIdClient,
  reference: string,
  { flow, attempt }: AttemptFlag,
): Promise<{ stream: Readable; signed: boolean }> {
  const options = { flow, attempt, channel: 'cli' };
  try {
    return { ...(await client.contract(reference, { ...options, signed: true })), signed: true };
  } catch (error) {
    if (!(error instanceof VideoIdError) || error.code !== 'DOCUMENT_NOT_FOUND') throw error;
    return { ...(await client.contract(reference, options)), signed: false };
  }
}

/** `agreement.pdf` → `agreement-signed.pdf`, so that both fit into one directory. */
function signedName(name: string): string {
  const extension = extname(name);
  return `${name.slice(0, name.length - extension.length)}-signed${extension}`;
}
