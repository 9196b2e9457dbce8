import { basename } from 'node:path';
import type { Outcome } from '../../src/messages/outcome.js';
import { AUTHORITIES } from '../local-config.js';
import { Officer } from '../people/officer.js';
import { aSigner } from '../people/requester.js';
import { acceptanceOf, Signer } from '../people/signer.js';
import { follow, type SamplePlace } from './follow.js';

/** A signed file and its path, for the screen and for `--json`. */
export interface SignedFile {
  name: string;
  path: string;
  sha256: string;
  verification: string;
}

export interface SampleResult {
  workflowId: string;
  outcome: Outcome;
  documents: SignedFile[];
  contract: { path: string; sha256: string } | undefined;
  evidence: string;
  /** Whether it was signed and every file was verified. */
  good: boolean;
}

/**
 * Carries one request to its end through the public verbs, acting as signer and RAO.
 *
 * @param files paths of PDFs
 * @throws VideoIdError of the verb that was refused; Error if the request waits for an operator
 */
export async function runSample(place: SamplePlace, reference: string, files: string[]): Promise<SampleResult> {
  const { client, screen } = place;
  const request = { flow: 'signature', reference } as const;
  const signer = new Signer(place, request);
  const officer = new Officer(place, request);
  const { workflowId } = await client.start({
    reference,
    registrationAuthority: AUTHORITIES.manual,
    signer: aSigner(),
    documents: files.map((file) => ({ name: basename(file), content: file })),
  });
  screen.line(`  request ${screen.paint('bold', reference)}: ${files.map((file) => basename(file)).join(', ')}`);

  const outcome = await follow(place, request, async ({ stage, verbs, provider }, turn) => {
    const { requestPk = '' } = provider;
    await turn(stage === 'video' && requestPk !== '', 'the signer', 'opens the link, finishes the video', async () => {
      const { url } = await client.link(reference, { channel: 'cli' });
      screen.line(screen.paint('dim', `      ${url}`));
      await signer.video(requestPk);
    });
    await turn(verbs.includes('approve'), 'the RAO', 'approves', () => officer.approve());
    const mayAsk = stage === 'acceptance' && verbs.includes('code');
    await turn(mayAsk, 'the signer', 'reads everything, accepts it and asks for the code', async () =>
      signer.askForCode(acceptanceOf(await signer.read('cli'), 'cli')),
    );
    const maySign = stage === 'code' && verbs.includes('sign');
    await turn(maySign, 'the signer', 'types the code from the SMS', async () =>
      signer.sign((await signer.newestCode(requestPk)) ?? ''),
    );
  });
  return resultOf(place, workflowId, outcome);
}

async function resultOf({ archive, client }: SamplePlace, workflowId: string, outcome: Outcome): Promise<SampleResult> {
  const { contract, reference, attempt } = outcome;
  const key = { flow: 'signature', reference, attempt } as const;
  const names = new Map((await client.documents(reference)).map(({ index, name }) => [index, name]));
  const documents: SignedFile[] = [];
  for (const { index, sha256, verification } of outcome.documents) {
    const { location: path } = await archive.locateFile(key, { kind: 'signed', index });
    documents.push({ name: names.get(index) ?? '', path, sha256, verification: verification.result });
  }
  return {
    workflowId,
    outcome,
    documents,
    contract: contract && {
      path: (await archive.locateFile(key, { kind: 'signed-contract' })).location,
      sha256: contract.sha256,
    },
    evidence: (await archive.locateFile(key, { kind: 'evidence' })).location,
    good:
      outcome.outcome === 'signed' &&
      documents.length > 0 &&
      documents.every(({ verification }) => verification === 'passed') &&
      // An unsigned copy of the contract is recorded. It is not a fault.
      (contract === undefined || !contract.signed || contract.verification.result === 'passed'),
  };
}
