import type { Readiness } from '../../src/process/readiness.js';
import type { Installation } from './installation.js';
import { eventually } from './patience.js';

/**
 * Waits until worker and gateway both say that exactly these needs are missing: `{ archive: 'ARCHIVE_UNAVAILABLE' }`. They live all the
 * while.
 */
export async function untilMissing(at: Installation, wanted: Readonly<Record<string, string>>): Promise<void> {
  for (const port of [at.config.worker.healthPort, at.config.gateway.port]) {
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
