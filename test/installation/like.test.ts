import { probeFileIn } from '../../sandbox/like/probe-file.js';
import { placeholder } from '../../sandbox/like/placeholder.js';
import { assumptionsSchema } from '../../src/uanataca/one-shot/assumptions.js';
import { type Content, probeFile } from '../sandbox/like-files.js';
import {
  assumptionsLike,
  behaviourUnlike,
  holds,
  LIKE_ASSUMPTIONS,
  LIKE_BEHAVIOUR,
  testIf,
  unsupportedIn,
} from './like.js';

const read = (content: Content) => probeFileIn(probeFile(content), 'probe.json');

describe('an installation for a provider that a probe has seen', () => {
  const file = read({
    assumed: { envInCreate: false, bareNotFound: 'not-there' },
    findings: [
      { assumption: 'bareNotFound', verdict: 'confirmed', setting: 'wrong-address' },
      { assumption: 'raoAsString', verdict: 'contradicted', setting: false },
      {
        assumption: 'coolDownTexts',
        verdict: 'contradicted',
        setting: ['known words', { hash: 'a1b2c3', length: 20 }],
      },
      { assumption: 'codeNotAcceptedTexts', verdict: 'contradicted' },
      { assumption: 'requestShowsLiveStatus', verdict: 'contradicted' },
    ],
  });

  test('assumes what it was probed with, and what the probe contradicts', () => {
    const settings = assumptionsLike(file);
    expect(settings).toEqual({
      envInCreate: false,
      bareNotFound: 'not-there',
      raoAsString: false,
      coolDownTexts: ['known words', placeholder('a1b2c3', 20)],
    });
    expect(assumptionsSchema.parse(settings)).toMatchObject(settings);
  });

  test('knows what no setting can express', () => {
    expect([...unsupportedIn(file)]).toEqual(['codeNotAcceptedTexts', 'requestShowsLiveStatus']);
  });
});

test('a way of the provider with which no test could end is not taken', () => {
  const notes = [{ step: 'signed', name: 'contract-signers', value: 'another' }];
  const findings = [{ assumption: 'deletionByType', verdict: 'contradicted' } as const];
  expect(behaviourUnlike(read({ notes, findings }))).toEqual({ contractSigners: 'signer', deletionByType: 'query' });
  expect(behaviourUnlike(read({}))).toEqual({});
});

test('without a file, nothing is assumed and nothing is left out', () => {
  expect({ ...LIKE_ASSUMPTIONS, ...LIKE_BEHAVIOUR }).toEqual({});
  expect(holds({ cancelByDelete: [false], codeNotAcceptedTexts: [] })).toBe(true);
  expect(testIf({ cancelByDelete: [false] })).toBe(test);
});
