import type { ProbeFile, Shape } from '../../src/probe/file.js';
import { ProbePlace } from '../probe/probe-place.js';
import { withFile } from './like-files.js';

/** The file of a probe of this place, which is closed afterwards. */
async function probed(place: ProbePlace): Promise<ProbeFile> {
  try {
    return (await place.probe()).file;
  } finally {
    await place.close();
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
  const seen = await probed(await ProbePlace.open(behaviour));
  const again = await withFile(seen, async (like) => probed(await ProbePlace.open({}, like)));
  expect(seen.steps.map(({ end }) => end)).not.toContain('failed');
  expect(shapesOf(again)).toEqual(shapesOf(seen));
  expect(verdictsOf(again)).toEqual(verdictsOf(seen));
});
