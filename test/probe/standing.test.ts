import type { Finding, ProbeFile } from '../../src/probe/file.js';
import { type Standing, standingOf } from '../../src/probe/standing.js';
import { ASSUMPTIONS, type Assumptions, DEFAULT_ASSUMPTIONS } from '../../src/uanataca/one-shot/assumptions.js';
import {
  DEFAULT_REGISTRATION_AUTHORITY_ASSUMPTIONS,
  REGISTRATION_AUTHORITY_ASSUMPTIONS,
} from '../../src/uanataca/registration-authority/assumptions.js';
import { probeFile } from './probe-file.js';

function standing(name: string, settings: Partial<Assumptions>, ...probes: readonly ProbeFile[]): Standing | undefined {
  const all = standingOf(ASSUMPTIONS, { ...DEFAULT_ASSUMPTIONS, ...settings }, probes);
  return all.find(({ assumption }) => assumption.name === name);
}

/** The state of an assumption after one finding. */
function stateAfter(finding: Omit<Finding, 'evidence'>, settings: Partial<Assumptions> = {}) {
  const { state, setting } = standing(finding.assumption, settings, probeFile([finding])) ?? {};
  return setting === undefined ? state : { state, setting };
}

test('without a probe every assumption is open, in the order of the list', () => {
  const all = standingOf(ASSUMPTIONS, DEFAULT_ASSUMPTIONS, []);
  expect(all.map(({ assumption, state }) => [assumption.name, state])).toEqual(
    ASSUMPTIONS.map(({ name }) => [name, 'open']),
  );
});

test('what a probe has not seen is open, and what no list has is not looked at', () => {
  expect(stateAfter({ assumption: 'raoAsString', verdict: 'not-seen' })).toBe('open');
  expect(stateAfter({ assumption: 'gone', verdict: 'confirmed' })).toBeUndefined();
});

describe('a confirmed assumption', () => {
  test('is confirmed with the setting in force, whichever side was seen', () => {
    expect(stateAfter({ assumption: 'raoAsString', verdict: 'confirmed' })).toBe('confirmed');
    const path = { assumption: 'signedFilePath', verdict: 'confirmed', setting: 'path' } as const;
    expect(stateAfter(path)).toBe('confirmed');
    expect(stateAfter(path, { signedFilePath: 'path' })).toBe('confirmed');
    expect(stateAfter(path, { signedFilePath: 'query' })).toEqual({ state: 'contradicted', setting: 'path' });
  });

  test('is contradicted by another setting that is in force today', () => {
    const seen = { assumption: 'raoAsString', verdict: 'confirmed' } as const;
    expect(stateAfter(seen, { raoAsString: false })).toEqual({ state: 'contradicted', setting: true });
  });

  test('was confirmed with the setting of the probe, not with the default', () => {
    const probe = probeFile([{ assumption: 'raoAsString', verdict: 'confirmed' }], { assumed: { raoAsString: false } });
    expect(standing('raoAsString', { raoAsString: false }, probe)).toMatchObject({ state: 'confirmed' });
    expect(standing('raoAsString', {}, probe)).toMatchObject({ state: 'contradicted', setting: false });
  });

  test('is not confirmed for the setting of the probe, if the other side was seen', () => {
    const seen = { assumption: 'signedFilePath', verdict: 'confirmed', setting: 'query' } as const;
    const probe = probeFile([seen], { assumed: { signedFilePath: 'path' } });
    expect(standing('signedFilePath', { signedFilePath: 'path' }, probe)).toMatchObject({ state: 'contradicted' });
    expect(standing('signedFilePath', {}, probe)).toMatchObject({ state: 'confirmed' });
  });
});

describe('a contradicted assumption', () => {
  test('needs the setting that was seen, and is settled with it', () => {
    const seen = { assumption: 'identityShown', verdict: 'contradicted', setting: 'never' } as const;
    expect(stateAfter(seen)).toEqual({ state: 'contradicted', setting: 'never' });
    expect(stateAfter(seen, { identityShown: 'always' })).toEqual({ state: 'contradicted', setting: 'never' });
    expect(stateAfter(seen, { identityShown: 'never' })).toBe('settled');
  });

  test('without a setting stays contradicted', () => {
    expect(stateAfter({ assumption: 'contractIsSignedInPlace', verdict: 'contradicted' })).toBe('contradicted');
    expect(stateAfter({ assumption: 'contractIsSignedInPlace', verdict: 'confirmed' })).toBe('confirmed');
  });

  test('about a list of fields is settled in any order', () => {
    const seen = {
      assumption: 'identityCorrectable',
      verdict: 'contradicted',
      setting: ['given_name', 'birth_date'],
    } satisfies Omit<Finding, 'evidence'>;
    expect(stateAfter(seen, { identityCorrectable: ['birth_date', 'given_name'] })).toBe('settled');
    expect(stateAfter(seen, { identityCorrectable: ['birth_date'] })).toMatchObject({ state: 'contradicted' });
  });

  test('about ways that are tried one after the other is settled in that order only', () => {
    const seen = probeFile([{ assumption: 'contractFrom', verdict: 'contradicted', setting: ['form', 'generate'] }]);
    const stateWith = (contractFrom: readonly string[]) =>
      standingOf(REGISTRATION_AUTHORITY_ASSUMPTIONS, { ...DEFAULT_REGISTRATION_AUTHORITY_ASSUMPTIONS, contractFrom }, [
        seen,
      ]).find(({ assumption }) => assumption.name === 'contractFrom')?.state;
    expect(stateWith(['form', 'generate'])).toBe('settled');
    expect(stateWith(['generate', 'form'])).toBe('contradicted');
  });
});

describe('words of the provider', () => {
  const known = {
    assumption: 'coolDownTexts',
    verdict: 'contradicted',
    setting: ['Please wait a minute'],
  } satisfies Omit<Finding, 'evidence'>;
  const unknown = {
    assumption: 'coolDownTexts',
    verdict: 'contradicted',
    setting: ['generated less than a minute ago', { hash: 'a1b2c3d4e5f6', length: 20 }],
  } satisfies Omit<Finding, 'evidence'>;

  test('are followed by a setting that recognises them, beside others', () => {
    expect(stateAfter(known)).toMatchObject({ state: 'contradicted' });
    expect(stateAfter(known, { coolDownTexts: ['too early', 'wait A minute'] })).toBe('settled');
  });

  test('that the file does not show are followed by a text that was added and may be a part of them', () => {
    expect(stateAfter(unknown)).toMatchObject({ state: 'contradicted' });
    const before = 'generated less than a minute ago';
    expect(stateAfter(unknown, { coolDownTexts: [before, 'one minute, please'] })).toBe('settled');
    expect(stateAfter(unknown, { coolDownTexts: ['one minute, please'] })).toMatchObject({ state: 'contradicted' });
    expect(stateAfter(unknown, { coolDownTexts: [before, 'this is longer than the words'] })).toMatchObject({
      state: 'contradicted',
    });
  });

  test('that were in force for the probe do not follow it', () => {
    const coolDownTexts = ['generated less than a minute ago', 'not these'];
    expect(
      standing('coolDownTexts', { coolDownTexts }, probeFile([unknown], { assumed: { coolDownTexts } })),
    ).toMatchObject({ state: 'contradicted' });
  });
});

test('the latest probe that has seen it decides, in whatever order they are named', () => {
  const old = probeFile([
    { assumption: 'raoAsString', verdict: 'contradicted', setting: false },
    { assumption: 'envInCreate', verdict: 'confirmed' },
  ]);
  const late = probeFile(
    [
      { assumption: 'raoAsString', verdict: 'confirmed' },
      { assumption: 'envInCreate', verdict: 'not-seen' },
    ],
    { begun: '2026-09-01T10:00:00.000Z' },
  );
  for (const probes of [
    [old, late],
    [late, old],
  ]) {
    expect(standing('raoAsString', {}, ...probes)).toMatchObject({ state: 'confirmed', probe: late });
    expect(standing('envInCreate', {}, ...probes)).toMatchObject({ state: 'confirmed', probe: old });
  }
});

test('a probe of a simulated provider says nothing', () => {
  const notes = [{ step: 'unknown', name: 'simulated', value: true }];
  const probe = probeFile([{ assumption: 'raoAsString', verdict: 'confirmed' }], { notes });
  expect(standing('raoAsString', {}, probe)).toMatchObject({ state: 'open' });
});
