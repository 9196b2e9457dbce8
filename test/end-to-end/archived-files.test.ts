import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Archive, ArchiveFile } from '../../src/archive/archive.js';
import { openArchive } from '../../src/archive/open-archive.js';
import { answerOf, videoid } from '../cli/run.js';
import { Installation } from '../installation/installation.js';
import { People } from '../installation/people.js';

let at: Installation;
let archive: Archive;
beforeAll(async () => {
  at = await Installation.shared();
  archive = await openArchive(at.config.archive);
});
afterAll(async () => {
  await archive.close();
  await at.close();
});

const OPERATOR = { kind: 'operator', id: 'desk' } as const;
const CHANGED = { code: 'ARCHIVED_FILE_CHANGED' };

const keyOf = ({ reference }: People) => ({ flow: 'signature', reference, attempt: 1 }) as const;

/** Changes one byte of a file in the archive. Returns a function that restores it. */
async function spoiled(people: People, file: ArchiveFile): Promise<() => void> {
  const { location: path } = await archive.locateFile(keyOf(people), file);
  const content = readFileSync(path);
  const other = Buffer.from(content);
  other[900] = (other[900] ?? 0) ^ 1;
  writeFileSync(path, other);
  return () => writeFileSync(path, content);
}

const run = (...args: string[]) => videoid(args, { environment: { VIDEOID_CONFIG: at.state.configFile } });

describe('a document that changes in the archive between acceptance and upload', () => {
  test('is not signed; restored, it is, and the evidence names what was signed', async () => {
    const people = await People.start(at);
    await people.throughTo('review');
    const restore = await spoiled(people, { kind: 'document', index: 1 });
    await people.approve();
    const { attention, stage } = await people.attention(CHANGED.code);
    expect(stage).toBe('preparing');
    expect(attention).toMatchObject({
      leavesByItself: false,
      remedies: ['retry', 'cancel'],
      words: expect.stringContaining('Document 1 was changed'),
      facts: { kind: 'document', index: 1 },
    });
    const { remedies } = await at.client.why(people.reference);
    expect(remedies[0]?.words).toContain('restored');
    expect((await people.provider()).documents).toEqual([]);

    restore();
    await at.client.resolve(people.reference, { remedy: 'retry', actor: OPERATOR });
    const { documents } = await people.acceptance();
    expect((await people.provider()).documents.map(({ sha256 }) => sha256)).toEqual(documents);
    await people.askForCode();
    await people.sign();
    expect(await people.outcome()).toMatchObject({ outcome: 'signed', cleanup: 'done' });
  });

  test('can be given up', async () => {
    const people = await People.start(at);
    await people.throughTo('review');
    await spoiled(people, { kind: 'document', index: 1 });
    await people.approve();
    await people.attention(CHANGED.code);
    await at.client.cancel(people.reference, { actor: OPERATOR, reason: 'document lost' });
    expect(await people.outcome()).toMatchObject({ outcome: 'cancelled', cleanup: 'done' });
  });
});

test('what changed in the archive is shown to nobody: not by the library, the command, or of a signed request', async () => {
  const people = await People.start(at);
  await people.throughTo('signed');
  await people.outcome();
  const { reference } = people;
  expect(await text((await at.client.document(reference, 1, { signed: true })).stream)).toContain('%PDF-');
  const events = async () => (await archive.events(keyOf(people))).length;
  const before = await events();
  const folder = join(at.state.directory, 'changed');
  for (const [file, words] of [
    [{ kind: 'signed', index: 1 }, ['documents', reference, '--save', folder]],
    [{ kind: 'signed-contract' }, ['contract', reference, '--save', join(folder, 'contract.pdf')]],
  ] as const) {
    const restore = await spoiled(people, file);
    const ran = await run(...words, '--json');
    expect(ran.code).toBe(1);
    expect(answerOf(ran)).toMatchObject({ error: { ...CHANGED, facts: { kind: file.kind } } });
    restore();
  }
  expect(existsSync(folder) ? readdirSync(folder) : []).toEqual([]);
  const status = await at.client.status(reference);
  expect(status.events.map(({ what }) => what)).toContain('signed');
  const restore = await spoiled(people, { kind: 'evidence' });
  expect(await at.client.status(reference)).toEqual(status); // the journal has it
  restore();
  await spoiled(people, { kind: 'contract' });
  await expect(at.client.contract(reference).then(({ stream }) => text(stream))).rejects.toMatchObject(CHANGED);
  expect(await events()).toBe(before);
});

describe('a contract that came and is no PDF', () => {
  const WORDS = 'The contract is sent to you by post.';

  async function withoutContract(): Promise<People> {
    const people = await People.start(at);
    await people.throughTo('review');
    await people.fault({ name: 'file-no-pdf', endpoint: 'get-contract', text: WORDS });
    await people.approve();
    const { attention } = await people.attention('PROVIDER_FILE_NOT_A_PDF');
    expect(attention).toMatchObject({ leavesByItself: false, remedies: ['retry', 'accept-files', 'cancel'] });
    return people;
  }

  test('is kept as it came on the word of an operator, and the signer is shown it as it is', async () => {
    const people = await withoutContract();
    await at.client.resolve(people.reference, { remedy: 'accept-files', actor: OPERATOR });
    const { contract } = await people.acceptance();
    expect(await text((await at.client.contract(people.reference)).stream)).toBe(WORDS);
    expect((await people.provider()).done).toMatchObject({ upload: 1 });
    expect(contract).toMatch(/^[0-9a-f]{64}$/);
    await at.client.cancel(people.reference, { actor: OPERATOR, reason: 'no contract' });
    expect(await people.outcome()).toMatchObject({ outcome: 'cancelled', cleanup: 'done' });
    expect((await people.provider()).documents).toEqual([]);
  });

  test('is given up, and what was uploaded is deleted', async () => {
    const people = await withoutContract();
    await at.client.resolve(people.reference, { remedy: 'cancel', actor: OPERATOR });
    expect(await people.outcome()).toMatchObject({ outcome: 'cancelled', cleanup: 'done' });
    expect((await people.provider()).documents).toEqual([]);
  });
});
