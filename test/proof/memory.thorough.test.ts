import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PDFDocument, PDFName } from '@cantoo/pdf-lib';
import { COMBINATIONS } from '../../local/combination.js';
import { Installation } from '../installation/installation.js';
import { People } from '../installation/people.js';

const MB = 1e6;

/**
 * The documents are 200 MB together, and are read in pieces. Pieces that were read are collected when they are about 64 MB, or a
 * little later on a busy machine.
 */
const MOST = 128 * MB;

let at: Installation;

describe.each(COMBINATIONS)('a %s installation', (combination) => {
  beforeAll(async () => {
    at = await Installation.start({
      combination,
      settings: (settings) => {
        const policy = settings['policy'] as { steps: Record<string, object> };
        for (const [name, step] of Object.entries(policy.steps))
          policy.steps[name] = { ...step, startToClose: 120_000, budget: 240_000 };
      },
    });
  }, 120_000);
  afterAll(() => at.close());

  test('ten documents of 20 MB cost a worker at most 128 MB more than ten small ones', async () => {
    await peakWith('small', 10_000);
    const small = await peakWith('small', 10_000);
    const large = await peakWith('large', 20 * MB);
    expect(large - small).toBeLessThanOrEqual(MOST);
  }, 300_000);
});

/** The most memory that a worker uses while somebody signs ten documents of this size in bytes. */
async function peakWith(name: string, bytes: number): Promise<number> {
  const indices = Array.from({ length: 10 }, (_, index) => index);
  const documents = await Promise.all(
    indices.map(async (index) => ({ name: `${name}-${index}.pdf`, content: await pdf(`${name}-${index}`, bytes) })),
  );
  forgetPeak();
  const outcome = await signedWith(documents);
  expect(outcome.documents.map(({ verification }) => verification.result)).toEqual(indices.map(() => 'passed'));
  return peak();
}

async function signedWith(documents: { name: string; content: string }[]) {
  const people = await People.start(at, { documents });
  await people.throughTo('code');
  await people.sign().catch(() => undefined); // signing this much takes longer than a caller waits
  return people.outcome();
}

/** The path of a PDF of about this size in bytes. Its bytes do not compress. */
async function pdf(name: string, bytes: number): Promise<string> {
  const document = await PDFDocument.create();
  document.addPage();
  const ballast = document.context.stream(randomBytes(bytes));
  document.catalog.set(PDFName.of('Ballast'), document.context.register(ballast));
  const path = join(at.state.directory, `${name}.pdf`);
  writeFileSync(path, await document.save({ useObjectStreams: false }));
  return path;
}

/** Bytes of the worker process that needed most, as Linux counts them. */
function peak(): number {
  const peaks = at.workers.map((name) => {
    const status = readFileSync(`/proc/${at.pid(name)}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
  });
  return Math.max(...peaks);
}

/** From here on, `VmHWM` shows the peak since now. */
function forgetPeak(): void {
  for (const name of at.workers) writeFileSync(`/proc/${at.pid(name)}/clear_refs`, '5');
}
