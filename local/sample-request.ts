import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import type { Archive } from '../src/archive/archive.js';
import type { VideoIdClient } from '../src/client.js';
import type { Outcome } from '../src/messages/outcome.js';
import type { RequestStatus, Verb } from '../src/messages/status.js';
import { AUTHORITIES, OFFICER } from './local-config.js';
import type { SandboxPeople } from './sandbox-people.js';
import type { Screen } from './screen.js';
import { Told } from './told.js';

/** A signed file where it lies, for people and for `--json`. */
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
  /** Signed, and every file verified. */
  good: boolean;
}

export interface SampleOrder {
  client: VideoIdClient;
  archive: Archive;
  people: SandboxPeople;
  screen: Screen;
  reference: string;
  /** Paths of PDFs. */
  files: string[];
}

/** Milliseconds between two looks at the status. */
export const EVERY = 150;
/** A made-up signer: the sandbox calls nobody. */
export const SIGNER = { email: 'signer@example.com', phone: '+34600000000' };

/**
 * Carries one request to its end through the public verbs, playing signer and RAO, and shows each step as it happens.
 *
 * @throws VideoIdError of the verb that was refused; Error when the request waits for an operator
 */
export async function runSample(order: SampleOrder): Promise<SampleResult> {
  const { client, screen, reference, files } = order;
  const began = Date.now();
  const started = await client.start({
    reference,
    registrationAuthority: AUTHORITIES.manual,
    signer: SIGNER,
    documents: files.map((file) => ({ name: basename(file), content: file })),
  });
  screen.line(`  request ${screen.paint('bold', reference)}: ${files.map((file) => basename(file)).join(', ')}`);
  const told = new Told(screen, began);
  const played = new Set<Verb | 'video'>();
  for await (const status of client.watch(reference, { every: EVERY })) {
    told.events(status.events);
    if (status.attention !== undefined) told.attention(status.attention);
    await play(order, status, played);
  }
  const outcome = await client.outcome(reference, { wait: true });
  told.end(outcome);
  return resultOf(order, started.workflowId, outcome);
}

/** Does what the person whose turn it is would do, once. */
async function play(order: SampleOrder, status: RequestStatus, played: Set<Verb | 'video'>): Promise<void> {
  const { client, people, screen, reference } = order;
  const turn = (verb: Verb | 'video', may: boolean): boolean => may && !played.has(verb) && Boolean(played.add(verb));
  const playing = (who: string, what: string): void => screen.line(screen.paint('dim', `    playing ${who}: ${what}`));
  const { requestPk } = status.provider;

  if (turn('video', status.stage === 'video' && requestPk !== undefined)) {
    const { url } = await client.link(reference, { channel: 'cli' });
    playing('the signer', `opens ${url} and finishes the video identification`);
    await people.finishVideo(requestPk ?? '');
  }
  if (turn('approve', status.verbs.includes('approve'))) {
    playing('the RAO', `approves as ${OFFICER}`);
    await client.review(reference, { decision: 'approve', officer: OFFICER, evidenceSeen: 'the page of the sandbox' });
  }
  if (turn('code', status.stage === 'acceptance' && status.verbs.includes('code'))) {
    playing('the signer', 'reads the documents and the contract, accepts them and asks for the code');
    const documents: string[] = [];
    for (const { index } of await client.documents(reference)) {
      documents.push(await hashOf((await client.document(reference, index, { channel: 'cli' })).stream));
    }
    const contract = await hashOf((await client.contract(reference, { channel: 'cli' })).stream);
    const at = new Date().toISOString();
    await client.requestCode(reference, { documents, contract, consentVersion: 'sample-1', channel: 'cli', at });
  }
  if (turn('sign', status.stage === 'code' && status.verbs.includes('sign'))) {
    playing('the signer', 'types the code from the SMS');
    await client.sign(reference, { secret: await people.readCode(requestPk ?? '') });
  }
}

async function resultOf(order: SampleOrder, workflowId: string, outcome: Outcome): Promise<SampleResult> {
  const { archive, client, reference } = order;
  const key = { flow: 'signature', reference, attempt: outcome.attempt } as const;
  const names = new Map((await client.documents(reference)).map(({ index, name }) => [index, name]));
  const documents: SignedFile[] = [];
  for (const { index, sha256, verification } of outcome.documents) {
    const { path } = await archive.locateFile(key, { kind: 'signed', index });
    documents.push({ name: names.get(index) ?? '', path, sha256, verification: verification.result });
  }
  const { contract } = outcome;
  return {
    workflowId,
    outcome,
    documents,
    contract: contract && {
      path: (await archive.locateFile(key, { kind: 'signed-contract' })).path,
      sha256: contract.sha256,
    },
    evidence: (await archive.locateFile(key, { kind: 'evidence' })).path,
    good:
      outcome.outcome === 'signed' &&
      documents.length > 0 &&
      documents.every(({ verification }) => verification === 'passed') &&
      // An unsigned copy of the contract is recorded, and no fault.
      (contract === undefined || !contract.signed || contract.verification.result === 'passed'),
  };
}

export async function hashOf(stream: Readable): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of stream as AsyncIterable<Uint8Array>) hash.update(chunk);
  return hash.digest('hex');
}
