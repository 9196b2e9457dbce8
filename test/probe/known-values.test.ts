import { randomBytes } from 'node:crypto';
import { KnownValues } from '../../src/probe/recording/known-values.js';
import { nameShown, shapeOf } from '../../src/probe/recording/shape.js';

/** What may stand in the file of a probe, and what may not. */

const showing = () => ({ key: randomBytes(32), values: new KnownValues() });

test.each([
  'given_name',
  'givenName',
  'GivenName',
  'given-name',
  'nombre',
  'apellido1',
  'mobilePhoneNumber',
  'fullName',
])('a value in the field %s is a person’s, and stays out of words, names and headers', (name) => {
  const at = showing();
  const shape = shapeOf({ detail: { [name]: 'Quetzalina Ana' } }, at);
  expect(JSON.stringify(shape)).not.toContain('Quetzalina');
  expect(at.values.redacted('It was used: Quetzalina, by Ana.')).toBe('It was used: …, by ….');
  expect(nameShown('x_quetzalina', at)).toMatch(/^\{/);
  expect(nameShown('ana', at)).toMatch(/^\{/);
  expect(nameShown('manager', at)).toBe('manager');
});

test('free text of an answer stays out of words as a whole, but its words do not', () => {
  const at = showing();
  shapeOf({ detail: { note: 'Not possible for Quetzalina Canariera' } }, at);
  expect(at.values.without('Not possible at this point')).toBe('Not possible at this point');
  expect(at.values.without('So: Not possible for Quetzalina Canariera')).toBe('So: …');
});

test('numbers, tokens and parts of links are no names of fields', () => {
  const at = showing();
  shapeOf({ detail: { videoid_link: 'https://a.example/v/CNRYLNKaIsake3GgwuxlGREaA7vp' } }, at);
  for (const name of [
    '12345678Z',
    'a@b.example',
    'CNRYLNKaIsake',
    'CNRYLNKaIsakeGgwuxlGREaAvpQw',
    'abcdefghijklmnopqrstuvwxyzabcd',
    '__proto__',
  ]) {
    expect(nameShown(name, at)).toMatch(/^\{[0-9a-f]{12}\}$/);
  }
});

test.each([
  ['code', 4711],
  ['count', 12],
  ['pin', '4711'],
  ['otp', '471133'],
])('the value of %s is not shown', (name, value) => {
  expect(JSON.stringify(shapeOf({ [name]: value }, showing()))).not.toContain(String(value));
});
