import { readUpdates } from '../../src/signatures/pdf-revision.js';

const read = (text: string) => readUpdates(Buffer.from(text, 'latin1'), 0);
const streamWith = (keys: string, content: string) =>
  `1 0 obj\n<< ${keys} /Length ${content.length} >>\nstream\n${content}\nendstream\nendobj\n`;
const objectStream = (head: string, content: string) =>
  streamWith(`/Type /ObjStm /N ${head.trim().split(' ').length / 2} /First ${head.length}`, head + content);

describe('an update is read', () => {
  test('with its objects, and those within an object stream', () => {
    const update = read(`7 0 obj\n<< /A (x) >>\nendobj\n${objectStream('5 0 6 4 ', '(a) (b)')}`);
    expect([...(update?.objects.keys() ?? [])]).toEqual([7, 5, 6, 1]);
    expect(update?.objects.get(1)?.[0]?.within).toEqual([5, 6]);
  });
});

describe('nothing is an update that readers may see otherwise', () => {
  test.each([
    ['a comment', '% 7 0 obj (x) endobj\n'],
    ['a start in a text', '7 0 obj\n(startxref 5 %%EOF)\nendobj\n'],
    ['a trailer in a stream', streamWith('', 'trailer << /Root 9 0 R >>')],
    ['a table in a stream', streamWith('', '\nxref\n0 0\n')],
    ['an object in a stream', streamWith('', '\n9 0 obj (x)')],
    ['an end in a stream', streamWith('', '\nendstream endobj ')],
    ['a stream in a text', '7 0 obj\n(stream\n)\nendobj\n'],
    ['white space of others', '7\xa00 obj\n(x)\nendobj\n'],
    ['another generation', '7 1 obj\n(x)\nendobj\n'],
    ['a word that goes on', '7 0 obj\n(x)\nendobj7\n'],
    ['a key that stands twice further down', '7 0 obj\n<< /A [<< /B 1 /B 2 >>] >>\nendobj\n'],
    ['a stream that lies in another file', streamWith('/F (other)', 'x')],
    ['a filter of a filter', streamWith('/DecodeParms << /Colors 3 >>', 'x')],
    ['an object stream without a head', streamWith('/Type /ObjStm', '')],
    ['an object stream with more than its objects', objectStream('5 0 ', '(a) (b)')],
    ['an object stream with something between', objectStream('5 0 6 8 ', '(a) (x) (b)')],
    ['an object stream with a comment', objectStream('5 0 6 4 ', '(a) %x\n(b)')],
    ['an object stream that has an object twice', objectStream('5 0 5 4 ', '(a) (b)')],
    ['an object stream with numbers of its own kind', objectStream('5 0 6e0 4 ', '(a) (b)')],
    ['a stream of empty entries', streamWith('/Type /XRef /W [0 0 0] /Index [0 9007199254740991]', '')],
    ['a stream with more than its entries', streamWith('/Type /XRef /W [1 1 1] /Index [0 1]', '\0\0\0\0')],
    ['a section without an end', 'xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size 1 >>\n'],
    ['an end without a section', 'startxref\n0\n%%EOF\n'],
    [
      'an entry that stands twice',
      'xref\n7 1\n0000000001 00000 n \n7 1\n0000000002 00000 n \ntrailer\n<< /Size 8 >>\nstartxref\n0\n%%EOF\n',
    ],
  ])('%s', (_, text) => {
    expect(read(text)).toBeUndefined();
  });
});
