import type { RequestPk } from '../../src/messages/request.js';
import {
  type RegistrationAuthorityAssumptions,
  registrationAuthorityAssumptionsSchema,
} from '../../src/uanataca/registration-authority/assumptions.js';
import { authorityOf } from './authority-server.js';
import { COMPANY_PROFILE, OFFICER, PERSON_PROFILE, SimulatedAuthority } from './enrolment-sandbox.js';
import { resultOrCode } from './result-or-code.js';

/** A caller with a wrong assumption can correct it with a setting. The simulated provider shows the other side of each. */

const NOBODY = '999999999' as RequestPk;

let authority: SimulatedAuthority;
beforeAll(async () => {
  authority = await SimulatedAuthority.start({ scratchcards: 0 });
  for (const registrationAuthority of ['139', '140']) {
    await authority.provider.addScratchcards(registrationAuthority, 30);
  }
});
afterAll(() => authority.close());
afterEach(() => authority.provider.resetSettings());

type Client = SimulatedAuthority['client'];
type Row = readonly [
  Partial<RegistrationAuthorityAssumptions>,
  object,
  (client: Client) => Promise<unknown>,
  usual: unknown,
  otherwise: unknown,
];

const update = async (client: Client): Promise<string> => {
  const pk = await authority.validated(COMPANY_PROFILE);
  await client.updateRequest(pk, await client.getRequest(pk), { organization_name: 'Ejemplo SL' });
  await client.updateRequest(pk, await client.getRequest(pk), { title: 'Dra.' });
  const { fields } = await client.getRequest(pk);
  return `${fields.organization_name ?? 'lost'}, ${fields.given_name === undefined ? 'nameless' : 'named'}`;
};

const ROWS: readonly Row[] = [
  [
    { bareNotFound: 'wrong-address' },
    { notFoundWords: 'bare' },
    (client) => client.getRequest(NOBODY),
    'PROVIDER_NOT_FOUND',
    'PROVIDER_REFUSED',
  ],
  [
    { noScratchcardTexts: ['No more cards'] },
    { wording: 'other' },
    (client) => client.firstUnusedScratchcard('141'),
    'PROVIDER_BUSY',
    'NO_SCRATCHCARD_LEFT',
  ],
  [
    { scratchcardUsedTexts: ['This card is taken'] },
    { wording: 'other' },
    async (client) => {
      const { sn } = await client.firstUnusedScratchcard('139');
      await authority.provider.useScratchcard(sn);
      return client.createRequest(authority.order(PERSON_PROFILE, sn));
    },
    'CREATE_IN_DOUBT',
    'SCRATCHCARD_USED',
  ],
  [
    { scratchcardList: 'unused' },
    { ra: { scratchcardList: 'unused' } },
    async (client) => {
      const { sn } = await client.firstUnusedScratchcard('140');
      await client.createRequest({ ...authority.order(PERSON_PROFILE, sn), registrationAuthority: '140' });
      const { listed, unused } = await client.countScratchcards('140');
      return listed === unused;
    },
    false,
    true,
  ],
  [{ updateSendsBack: 'required' }, {}, update, 'Ejemplo SL, named', 'Ejemplo SL, named'],
  [{ updateSendsBack: 'required' }, { ra: { updateLeavesOut: 'emptied' } }, update, 'Ejemplo SL, named', 'lost, named'],
  [{ updateSendsBack: 'all' }, { ra: { updateName: 'required' } }, update, 'PROVIDER_REFUSED', 'Ejemplo SL, named'],
  [
    { videoidModeInUpdate: false },
    { ra: { updateVideoidMode: 'refused' } },
    update,
    'PROVIDER_REFUSED',
    'Ejemplo SL, named',
  ],
  [
    { videoidModeInUpdate: false },
    { ra: { updateVideoidMode: 'required' } },
    update,
    'Ejemplo SL, named',
    'PROVIDER_REFUSED',
  ],
  [
    { countryName: 'PT' },
    {},
    async (client) => {
      const pk = await authority.validated(COMPANY_PROFILE);
      await client.updateRequest(pk, await client.getRequest(pk), {});
      return (await client.getRequest(pk)).countryName;
    },
    'ES',
    'PT',
  ],
  [
    { raoAsString: false },
    { raoType: 'number' },
    async (client) =>
      (await client.declaration(await authority.validated(COMPANY_PROFILE), OFFICER.rao)).receipt !== '',
    'PROVIDER_REFUSED',
    true,
  ],
];

test.each(ROWS)('%j where the provider is %j', async (assumptions, behaviour, act, usual, otherwise) => {
  const other = authorityOf(authority.served, { assumptions });
  await authority.provider.settings({ behaviour });
  try {
    for (const [client, expected] of [
      [authority.client, usual],
      [other, otherwise],
    ] as const) {
      expect(await resultOrCode(act(client))).toEqual(expected);
    }
  } finally {
    await other.close();
  }
});

test('every assumption with a setting has its other side here or in the story of every verb', () => {
  const shown = ROWS.flatMap(([assumptions]) => Object.keys(assumptions));
  const elsewhere = [
    'status503IsUnknownOnWrites',
    'answersAreJson', // test/uanataca/sorting.test.ts
    'unknownRefusals',
    'wrongStatusTexts', // test/uanataca/registration-authority-sorting.test.ts
    'evidenceMethod',
    'contractFrom',
    'receiptInApprove', // test/uanataca/registration-authority-sandbox.test.ts
    'generatedContract', // test/uanataca/contract.test.ts
  ];
  expect([...new Set([...shown, ...elsewhere])].sort()).toEqual(
    Object.keys(registrationAuthorityAssumptionsSchema.shape).sort(),
  );
});

test('a list under the other of its two keys is read too (§1.2)', async () => {
  const pk = await authority.enrol(PERSON_PROFILE);
  const { scratchcard = '' } = await authority.client.getRequest(pk);
  const counted = await authority.client.countScratchcards('139');
  await authority.provider.settings({ behaviour: { ra: { listKey: 'result' } } });
  expect(await authority.client.findRequests({ scratchcard })).toMatchObject([{ requestPk: pk }]);
  expect(await authority.client.countScratchcards('139')).toEqual(counted);
});
