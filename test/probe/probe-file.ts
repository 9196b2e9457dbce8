import type { Finding, ProbeFile } from '../../src/probe/file.js';

/** A file of a probe of the provider's sandbox, ended on 1 June 2026, with these findings. */
export function probeFile(findings: readonly Omit<Finding, 'evidence'>[], change: Partial<ProbeFile> = {}): ProbeFile {
  return {
    format: 'videoid-probe/1',
    flow: 'signature',
    begun: '2026-06-01T10:00:00.000Z',
    ended: '2026-06-01T11:00:00.000Z',
    env: 'sandbox',
    assumed: {},
    steps: [],
    exchanges: [],
    callbacks: [],
    notes: [],
    findings: findings.map((finding) => ({ ...finding, evidence: 'exchange 7' })),
    ...change,
  };
}
