import { PDFDocument } from '@cantoo/pdf-lib';
import { Installation } from '../installation/installation.js';
import { People } from '../installation/people.js';

let at: Installation;
beforeAll(async () => {
  at = await Installation.shared();
});
afterAll(() => at.close());

async function aDocument(text: string): Promise<Uint8Array> {
  const document = await PDFDocument.create();
  document.addPage().drawText(text);
  return document.save();
}

test('each of ten documents comes back signed as itself', async () => {
  const originals = await Promise.all(Array.from({ length: 10 }, (_, place) => aDocument(`Document ${place + 1}`)));
  const documents = originals.map((content, place) => ({ name: `document ${place + 1}.pdf`, content }));
  const people = await People.start(at, { documents });
  await people.throughTo('acceptance');
  const uploaded = (await people.provider()).documents.map(({ sha256 }) => sha256);
  expect((await at.client.status(people.reference)).toAccept?.documents).toEqual(uploaded);
  await people.askForCode();
  await people.sign();
  const outcome = await people.outcome();
  expect(outcome.documents.map(({ index }) => index)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  for (const { verification } of outcome.documents) expect(verification).toMatchObject({ result: 'passed' });
  for (const [place, original] of originals.entries()) {
    const { name, stream } = await at.client.document(people.reference, place + 1, { signed: true });
    expect(name).toBe(`document ${place + 1}.pdf`);
    const signed = Buffer.concat(await stream.toArray());
    expect(signed.indexOf(original)).toBe(0);
    expect(signed.length).toBeGreaterThan(original.length);
  }
});

test('requester and signer read documents and contract before signing, as they are uploaded and accepted', async () => {
  const original = await aDocument('To be read first');
  const people = await People.start(at, { documents: [{ name: 'read me.pdf', content: original }] });
  await people.throughTo('acceptance');
  const document = await at.client.document(people.reference, 1, { channel: 'web' });
  expect(Buffer.concat(await document.stream.toArray()).equals(original)).toBe(true);
  const contract = await at.client.contract(people.reference, { channel: 'web' });
  expect(
    Buffer.concat(await contract.stream.toArray())
      .subarray(0, 5)
      .toString(),
  ).toBe('%PDF-');
  await people.askForCode();
  await people.sign();
  const outcome = await people.outcome();
  expect(outcome.contract).toMatchObject({ signed: true, verification: { result: 'passed' } });
  const { events } = await at.client.status(people.reference);
  expect(events.map(({ what }) => what)).toEqual(
    expect.arrayContaining(['document-shown', 'contract-shown', 'accepted']),
  );
});
