import { tableOf } from '../../src/cli/list.js';
import type { RequestSummary } from '../../src/client.js';

function summary(reference: string, registrationAuthority: string): RequestSummary {
  const createdAt = '2026-01-31T00:00:00.000Z';
  const workflowId = `signature-${reference}`;
  return { flow: 'signature', reference, attempt: 1, workflowId, registrationAuthority, createdAt, state: 'running' };
}

test('a list of several registration authorities says which request is of which', () => {
  const [head, ...rows] = tableOf([summary('one', '139'), summary('two', '240')]);
  expect(head).toContain('REGISTRATION AUTHORITY');
  expect(rows).toEqual([
    expect.stringMatching(/^one .* 139$/) as string,
    expect.stringMatching(/^two .* 240$/) as string,
  ]);
});

test('a list of one registration authority stays narrow', () => {
  expect(tableOf([summary('one', '139'), summary('two', '139')]).join('\n')).not.toMatch(/REGISTRATION|139/);
});
