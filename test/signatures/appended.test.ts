import { mayPass } from '../../src/signatures/reasons.js';
import { makeIdentity, type Identity } from './authority.js';
import { withDocumentTimestamp, withStore, type DocumentTimestampOrder, type StoreOrder } from './signer.js';
import { indeterminate, Workbench } from './workbench.js';

let at: Workbench;
let other: Identity;
let agreement: Buffer;
let annex: Buffer;
beforeAll(async () => {
  at = await Workbench.open();
  ({ agreement, annex } = at);
  other = await makeIdentity({ name: 'Another Root', issues: {} });
});
afterAll(() => at.close());

async function withMaterial(original: Buffer, order?: StoreOrder): Promise<Buffer> {
  return withStore(await at.sign(original), Buffer.from(at.authority.root.certificate.raw), order);
}

describe('what follows the signature', () => {
  it('is recognised as validation material, once or twice, and may pass by a setting', async () => {
    for (const original of [agreement, annex]) {
      const file = await withMaterial(original);
      const once = await at.verify(file, original);
      expect(once).toMatchObject(indeterminate('validation-material-appended'));
      expect(mayPass(once, ['validation-material-appended'])).toBe(true);
      const twice = await withStore(file, Buffer.from(at.authority.intermediate.certificate.raw));
      expect(await at.verify(twice, original)).toMatchObject(indeterminate('validation-material-appended'));
    }
  });

  const harmful: [string, StoreOrder][] = [
    ['a page is replaced', { more: (page) => [[page, '<< /Type /Page >>']] }],
    ['an object comes along that nothing leads to', { more: (_, next) => [[next, '(Hello)']] }],
    ['the catalog opens something', { catalog: { key: 'OpenAction', value: 'Anything' } }],
    ['a certificate is something that a page can show', { certificate: Buffer.from('0 0 300 300 re f') }],
    ['a certificate brings more than itself', { certificate: Buffer.from([0x30, 0x01, 0x00, 0x20, 0x66]) }],
    [
      'the update leads past what was signed',
      { last: (file) => file.write('/Prev 1', file.lastIndexOf('/Prev '), 'latin1') },
    ],
    [
      'readers are led elsewhere at the end',
      { last: (file) => file.write('startxref\n7', file.lastIndexOf('startxref'), 'latin1') },
    ],
  ];
  it.each(harmful)('fails when %s', async (_, order) => {
    for (const original of [agreement, annex]) {
      const { result, reasons } = await at.verify(await withMaterial(original, order), original);
      expect(result).toBe('failed');
      expect(reasons).toContain('byte-range-not-whole-file');
    }
  });
});

async function stampedAfter(original: Buffer, more: Partial<DocumentTimestampOrder> = {}): Promise<Buffer> {
  const order = { authority: at.authority.timestamps, chain: [at.authority.intermediate], at: new Date(), ...more };
  return withDocumentTimestamp(await withMaterial(original), order);
}

const replaced = (what: RegExp, by: string) => ({ alter: (text: string) => text.replace(what, by) });
const inField = (what: RegExp, by: string) => ({
  alter: (text: string) => (text.includes('/FT') ? text.replace(what, by) : text),
});
describe('a document timestamp after the signature', () => {
  it('is validation material, once or twice, and may pass by a setting', async () => {
    for (const original of [agreement, annex]) {
      const once = await stampedAfter(original);
      expect(await at.verify(once, original)).toMatchObject({
        ...indeterminate('validation-material-appended'),
        facts: { documentTimestamps: '1' },
      });
      const order = { authority: at.authority.timestamps, chain: [at.authority.intermediate], at: new Date() };
      const twice = await withDocumentTimestamp(
        await withStore(once, Buffer.from(at.authority.rsa.certificate.raw)),
        order,
      );
      expect(await at.verify(twice, original)).toMatchObject(indeterminate('validation-material-appended'));
    }
  });

  it('counts only where it holds and leads to a root', async () => {
    const foreign = await makeIdentity({ name: 'Stamps', issuer: other, timeStamping: true });
    expect(await at.verify(await stampedAfter(agreement, { authority: foreign, chain: [] }), agreement)).toMatchObject(
      indeterminate('validation-material-appended', 'timestamp-not-trusted'),
    );
    expect(await at.verify(await stampedAfter(agreement, { over: Buffer.from('another') }), agreement)).toMatchObject(
      indeterminate('validation-material-appended', 'timestamp-invalid'),
    );
  });

  const harmful: [string, Partial<DocumentTimestampOrder>][] = [
    ['shows something', inField(/\/Rect \[0 0 0 0\]/, '/Rect [0 0 300 300]')],
    ['has an appearance', inField(/\/F 132/, '/F 132 /AP << /N 1 0 R >>')],
    ['does something when it is clicked', inField(/\/F 132/, '/F 132 /A << /S /URI /URI (x) >>')],
    ['is a field of another kind', inField(/\/FT \/Sig/, '/FT /Tx')],
    ['changes the page it lies on', replaced(/\/MediaBox \[[^\]]*\]/, '/MediaBox [0 0 100 100]')],
    ['takes an annotation off the page', replaced(/\/Annots \[\d+ 0 R/, '/Annots [')],
    ['puts an annotation of others on the page', replaced(/\/Annots \[/, '/Annots [1 0 R ')],
    ['takes a field out of the form', replaced(/\/Fields \[\d+ 0 R/, '/Fields [')],
    ['has the form filled in anew', replaced(/\/SigFlags 3/, '/SigFlags 3 /NeedAppearances true')],
    ['is a signature of nobody', { dictionary: '/Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.RFC3161' }],
    [
      'leads to something else',
      { dictionary: '/Type /DocTimeStamp /Filter /Adobe.PPKLite /SubFilter /ETSI.RFC3161 /Reference [1 0 R]' },
    ],
  ];
  it.each(harmful)('fails when it %s', async (_, order) => {
    for (const original of [agreement, annex]) {
      const { result, reasons } = await at.verify(await stampedAfter(original, order), original);
      expect(result).toBe('failed');
      expect(['byte-range-not-whole-file', 'no-signature']).toContain(reasons[0]);
    }
  });
});
