import { outlineOf, OUTLINE } from '../../src/messages/callback-outline.js';

const CANARY = 'Canary Ximena 600123987';

describe('the outline of a callback', () => {
  it.each<[string, unknown, string]>([
    [
      'a flat payload',
      { status: 'X', date: '2021-07-20T08:08:21.132394', request: 46760 },
      'status:text date:text:9999-99-99T99:99:99.999999 request:number',
    ],
    ['an envelope', { data: { request: { pk: '1' } } }, 'data.request.pk:text'],
    [
      'a list',
      { certificates: [{ valid_to: '20250715 08:36:33' }, { x: 1 }] },
      'certificates:list.2 certificates.*.valid_to:text:99999999_99:99:99',
    ],
    ['a list without an envelope', [{ pk: 1 }], '$:list.1 *.pk:number'],
    [
      'new names made of known words',
      { requestId: 1, 'event-id': 2, valid: null },
      'requestId:number event-id:number valid:null',
    ],
    ['a name that may be a value', { Ximena: 1, pk: true, [CANARY]: {} }, '?1:number pk:boolean ?3:object'],
    ['a text', CANARY, '$:text'],
    ['nothing', {}, '$:object'],
  ])('shows %s', (_what, content, outline) => {
    expect(outlineOf(content)).toBe(outline);
    expect(outlineOf(content)).toMatch(OUTLINE);
  });

  it('is short, and is what the log accepts, whatever comes', () => {
    const wide = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`${CANARY}${index}`, CANARY]));
    let deep: object = wide;
    for (let level = 0; level < 20; level += 1) deep = { [`key`]: deep, [CANARY]: [[[deep]]] };
    for (const content of [wide, deep, [wide], { certificates: Array.from({ length: 9000 }, () => wide) }]) {
      const outline = outlineOf(content);
      expect(outline.length).toBeLessThan(2500);
      expect(outline).toMatch(OUTLINE);
      expect(outline).not.toContain('Canary');
    }
  });
});
