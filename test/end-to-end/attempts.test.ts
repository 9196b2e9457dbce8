import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Installation } from '../installation/installation.js';
import { aSigner, aStart, People, SAMPLES } from '../installation/people.js';

let at: Installation;
beforeAll(async () => {
  at = await Installation.shared();
});
afterAll(() => at.close());

test('a start that is repeated, while the request runs and after its end, finds the same request', async () => {
  const input = aStart();
  const { workflowId } = await at.client.start(input);
  expect(workflowId).toBe(`signature-${input.reference}`);
  const same = { reference: input.reference, attempt: 1, workflowId };
  expect(await at.client.start(input)).toEqual({ ...same, state: 'running' });
  const people = new People(at, input.reference);
  await people.throughTo('signed');
  const outcome = await people.outcome();
  expect(await at.client.start(input)).toEqual({ ...same, state: 'ended', outcome });
  const created = (await at.provider.requests()).filter(({ phone }) => phone === input.signer?.phone);
  expect(created).toHaveLength(1);
});

test('ten starts of the same request at once create one', async () => {
  const input = aStart();
  const started = await Promise.all(Array.from({ length: 10 }, () => at.client.start(input)));
  expect(new Set(started.map(({ workflowId }) => workflowId)).size).toBe(1);
  await new People(at, input.reference).until('video');
  const created = (await at.provider.requests()).filter(({ phone }) => phone === input.signer?.phone);
  expect(created).toHaveLength(1);
});

test('a reference belongs to its request: another signer, document or policy under it is refused', async () => {
  const input = aStart();
  await at.client.start(input);
  const content = join(SAMPLES, 'annex.pdf');
  for (const other of [
    { signer: { email: 'other@example.com', phone: input.signer?.phone ?? '' } },
    { documents: [{ name: 'agreement.pdf', content }] },
    { policy: { deadlines: { video: '1d' } } },
  ]) {
    await expect(at.client.start({ ...input, ...other })).rejects.toMatchObject({ code: 'REFERENCE_TAKEN' });
  }
});

test('a second attempt after a refusal takes over what is not given, and does the video again', async () => {
  const input = aStart();
  await at.client.start(input);
  const first = new People(at, input.reference);
  await first.throughTo('review');
  await first.refuse('document-expired');
  const refused = await first.outcome();
  const firstPk = await at.client.status(input.reference).then(({ provider }) => provider.requestPk);

  const { phone } = aSigner();
  const again = await at.client.start({ reference: input.reference, newAttempt: true, signer: { phone } });
  expect(again).toEqual({
    reference: input.reference,
    attempt: 2,
    workflowId: `signature-${input.reference}~2`,
    state: 'started',
  });
  const second = new People(at, input.reference);
  await second.throughTo('signed');
  expect(await second.outcome()).toMatchObject({ outcome: 'signed', attempt: 2 });
  expect(await at.client.outcome(input.reference, { attempt: 1 })).toEqual(refused);
  const provider = await second.provider();
  expect(String(provider.pk)).not.toBe(firstPk);
  expect(provider).toMatchObject({ phone, email: input.signer?.email });
  expect(await at.client.documents(input.reference)).toMatchObject([{ name: 'agreement.pdf', signed: true }]);
  const { stream } = await at.client.document(input.reference, 1, { signed: true });
  const signed = Buffer.concat(await stream.toArray());
  expect(signed.indexOf(readFileSync(join(SAMPLES, 'agreement.pdf')))).toBe(0);
});

test('a new attempt is allowed only after an end, and only one other than signed', async () => {
  const input = aStart();
  await at.client.start(input);
  const again = { reference: input.reference, newAttempt: true };
  const people = new People(at, input.reference);
  await people.until('video');
  await expect(at.client.start(again)).rejects.toMatchObject({ code: 'ATTEMPT_NOT_ALLOWED' });
  await people.throughTo('signed');
  await people.outcome();
  await expect(at.client.start(again)).rejects.toMatchObject({ code: 'ATTEMPT_NOT_ALLOWED' });
});
