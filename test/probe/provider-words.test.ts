import { textsIn } from '../../src/probe/report/provider-words.js';

test.each([
  ['The code was rejected', 'The code was rejected'],
  ['Certificate for request … was already used: …, …', 'was already used'],
  ['Request … is in state VIDEOPENDING; operation not possible', 'operation not possible'],
  ['A code was sent recently, wait 45 s', 'A code was sent recently, wait'],
  ['Wait 45 seconds', 'seconds'],
])('the part of “%s” that names it is “%s”', (words, part) => {
  expect(textsIn([{ hash: 'a1', length: words.length }], { a1: words })).toEqual([part]);
});

test('words that are nothing but values name nothing', () => {
  expect(textsIn(['known', { hash: 'a1', length: 9 }], { a1: '… 45 …' })).toEqual(['known']);
});
