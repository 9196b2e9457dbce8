import type { Readiness } from '../../src/process/readiness.js';
import type { Installation } from './installation.js';
import { eventually } from './patience.js';

/** Waits until all workers and gateways say that the place that this setting names cannot be used. */
export async function untilNamed(at: Installation, field: string): Promise<void> {
  for (const port of at.healthPorts) {
    await eventually(async () => {
      const { problems } = (await (await fetch(`http://127.0.0.1:${port}/health/ready`)).json()) as Readiness;
      return problems.some((problem) => problem.code === 'ARCHIVE_UNAVAILABLE' && problem.field === field);
    });
  }
}

/**
 * Waits until all workers and gateways say that exactly these needs are missing: `{ archive: 'ARCHIVE_UNAVAILABLE' }`. They live all
 * the while.
 */
export async function untilMissing(at: Installation, wanted: Readonly<Record<string, string>>): Promise<void> {
  for (const port of at.healthPorts) {
    const ask = (question: string) => fetch(`http://127.0.0.1:${port}/health${question}`);
    await eventually(async () => {
      const { problems } = (await (await ask('/ready')).json()) as Readiness;
      const found = Object.fromEntries(problems.map(({ need, code }) => [need, code]));
      return JSON.stringify(found) === JSON.stringify(wanted);
    });
    const status = Object.keys(wanted).length === 0 ? 200 : 503;
    expect([(await ask('/ready')).status, (await ask('')).status, (await ask('/live')).status]).toEqual([
      status,
      status,
      200,
    ]);
  }
}
