import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../src/config.js';
import { type ProbeFile, probeFileSchema, type Shape } from '../../src/probe/file.js';
import { beginProbe, carryOutProbe } from '../../src/probe/probe.js';
import { SimulatedPeople } from '../../src/probe/simulated-people.js';
import { withFile } from './like-files.js';
import { ORDER, RAO, Stand } from './support.js';

/** The file of a probe of this sandbox, which is closed afterwards. */
async function probed(stand: Stand): Promise<ProbeFile> {
  const folder = mkdtempSync(join(tmpdir(), 'probe-'));
  const secret = (name: string, value: string): string => {
    writeFileSync(join(folder, name), value);
    return `file:${join(folder, name)}`;
  };
  try {
    const config = loadConfig(
      {},
      {
        archive: { directory: join(folder, 'archive') },
        environments: { pilot: { optimizer: stand.sandbox.api, env: 'sandbox', roots: [stand.sandbox.roots] } },
        registrationAuthorities: {
          139: {
            environment: 'pilot',
            profiles: [ORDER.profile],
            billing: {
              username: secret('user', ORDER.billing_username),
              password: secret('word', 'sandbox-billing-password'),
            },
            officers: {
              ada: {
                rao: RAO.rao,
                username: secret('rao-user', RAO.username),
                password: secret('rao-word', RAO.password),
                pin: secret('rao-pin', RAO.pin),
              },
            },
          },
        },
      },
    );
    const people = new SimulatedPeople(stand.sandbox.url, () => undefined);
    const options = { config, people, others: true, poll: 50, patience: 10_000, simulated: true };
    const order = { flow: 'signature', registrationAuthority: '139', officer: 'ada', documents: [], folder } as const;
    const signer = { phone: ORDER.mobile_phone_number, email: ORDER.email };
    const storage = await beginProbe({ ...order, signer, profile: ORDER.profile }, options);
    await carryOutProbe(storage, options);
    return probeFileSchema.parse(JSON.parse(readFileSync(storage.path, 'utf8')));
  } finally {
    await stand.close();
    rmSync(folder, { recursive: true });
  }
}

/** What was answered on each occasion, without what differs from one probe to the next. */
function shapesOf({ exchanges }: ProbeFile): Record<string, unknown> {
  const all: Record<string, unknown[]> = {};
  for (const { step, occasion, answer, outcome } of exchanges) {
    if (answer === undefined) continue;
    const { status, form, contentType, body, words } = answer;
    const shape = { status, form, contentType, body: body && plain(body), words: words?.is, outcome };
    const known = (all[`${step}/${occasion}`] ??= []);
    if (!known.some((each) => JSON.stringify(each) === JSON.stringify(shape))) known.push(shape);
  }
  return all;
}

/** Without hashes and lengths: the other sandbox has other people and numbers. */
function plain(shape: Shape): unknown {
  switch (shape.type) {
    case 'object':
      return Object.fromEntries(Object.entries(shape.fields).map(([name, field]) => [name, plain(field)]));
    case 'list':
      return shape.items.map(plain);
    case 'string':
      return { text: shape.is ?? shape.form ?? '' };
    case 'number':
      return 'number';
    default:
      return shape;
  }
}

function verdictsOf({ findings }: ProbeFile): Record<string, unknown> {
  return Object.fromEntries(
    findings.map(({ assumption, verdict, setting }) => [
      assumption,
      [
        verdict,
        Array.isArray(setting) ? setting.map((each) => (typeof each === 'string' ? each : 'unknown')) : setting,
      ],
    ]),
  );
}

test.each([
  ['with all defaults', {}],
  [
    'of V1, with other sides of most assumptions',
    {
      errorShape: 'v1',
      notFoundWords: 'bare',
      wording: 'other',
      pkType: 'string',
      uidShape: 'hex',
      messageSpelling: 'message',
      detailSpelling: 'details',
      missingFields: '422',
      documentPath: 'path',
      deletionWithoutType: 'original',
      deletionByType: 'path',
      secretWithUnlock: 'required',
      identityShown: 'after-approval',
      countryShown: false,
      videoidPkShown: true,
      refuseRaoKey: 'rao_id',
      raoType: 'number',
      deliveryMethod: 'required',
      envInCreate: 'refused',
      optimizerHolds: { billing: false, env: true },
      endSlash: 'with',
      uploadPart: 'document',
      cancel: 'absent',
      codeLength: 8,
      contractSigners: 'signer-and-rao',
    },
  ],
  [
    'of FastAPI, without a cool-down',
    {
      errorShape: 'fastapi',
      endSlash: 'without',
      documentPath: 'both',
      documentTypeDefault: 'original',
      originalType: 'refused',
      deletionWithoutType: 'original',
      deletionByType: 'nowhere',
      secretWithUnlock: 'refused',
      identityShown: 'always',
      identityCorrectable: [],
      cancel: 'removes-folder',
      codeCoolDown: 0,
      contractAfterSigning: 'unsigned',
      signatureLevel: 'B-B',
    },
  ],
])('a probe of a sandbox that is like a provider %s sees the same as a probe of the provider', async (_, behaviour) => {
  const seen = await probed(await Stand.start({ settings: { behaviour } }));
  const again = await withFile(seen, async (like) => probed(await Stand.start({ like })));
  expect(seen.steps.map(({ end }) => end)).not.toContain('failed');
  expect(shapesOf(again)).toEqual(shapesOf(seen));
  expect(verdictsOf(again)).toEqual(verdictsOf(seen));
});
