import { PROFILES } from '../../src/messages/profiles.js';
import { answerOf, videoid } from './run.js';

test('profiles lists every documented profile without any settings', async () => {
  const ran = await videoid(['profiles', '--json']);
  expect(ran.code).toBe(0);
  const { profiles } = answerOf(ran) as { profiles: { name: string }[] };
  expect(profiles.map(({ name }) => name)).toEqual(PROFILES.map(({ name }) => name));
  const plain = await videoid(['profiles']);
  expect(plain.output).toMatch(/^PFnubeQAFEmpresa +2 +Natural person belonging to an organization$/m);
});

test('for one profile it lists the fields, who gives them, and when', async () => {
  const ran = await videoid(['profiles', 'SELLOAlto', '--json']);
  const { fields } = answerOf(ran) as { fields: { name: string; givenBy: string; value?: string }[] };
  expect(Object.fromEntries(fields.map(({ name, givenBy }) => [name, givenBy]))).toMatchObject({
    given_name: 'video',
    mobile_phone_number: 'signer',
    smartcard_sn: 'start-or-later',
    organizational_unit_1: 'profile',
  });
  const plain = await videoid(['profiles', 'PFqscdCiudadano']);
  expect(plain.output).toMatch(/^smartcard_sn +at start: --field/m);
  expect(plain.output).toMatch(/^serial_number +by the video/m);
  expect(plain.output).toMatch(/^After the video +straight to the certificate$/m);
});

test('a profile that is not documented is exit code 2', async () => {
  const ran = await videoid(['profiles', 'constructor', '--json']);
  expect(ran.code).toBe(2);
  expect(answerOf(ran)).toMatchObject({ error: { code: 'UNKNOWN_PROFILE', field: 'profile' } });
});

test.each<[string, string[]]>([
  ['a field without value', ['enrol', '--field', 'title']],
  ['a field twice', ['enrol', '--field', 'title=a', '--field', 'title=b']],
  ['a validity nobody lists', ['enrol', '--validity', '500']],
  ['a secure element there is not', ['enrol', '--secure-element', '3']],
  ['a flow there is not', ['show', 'x', '--flow', 'renewal']],
  ['a link without reason', ['preauth-link', 'x']],
])('%s is reported before anything is read', async (_why, args) => {
  const ran = await videoid([...args, '--json']);
  expect(ran.code).toBe(2);
  expect(answerOf(ran)).toMatchObject({ error: { code: 'BAD_INPUT' } });
});
