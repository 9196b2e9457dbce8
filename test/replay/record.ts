/**
 * Program: `npm run record-histories`. Brings a request to every end and writes the histories. With the variable
 * `RECORD=missing`, it writes only missing ones.
 */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AUTHORITIES, Installation } from '../installation/installation.js';
import { addOtherOfficer, knowOtherOfficer } from '../installation/other-officer.js';
import { addTypingOfficer } from '../installation/shared-settings.js';
import { Temporal } from '../installation/temporal.js';
import { ENDS, LEFT_BEHIND } from './ends.js';
import { HISTORIES, HISTORY_KEY, historyKeyRing } from './history-key.js';
import { type HistoryJson, portable } from './portable.js';

test('every end is recorded', async () => {
  const at = await Installation.start({
    settings: (settings) => {
      settings['keys'] = { ...(settings['keys'] as object), codec: [HISTORY_KEY] };
      const authorities = settings['registrationAuthorities'] as Record<string, object>;
      for (const authority of Object.values(authorities)) {
        Object.assign(authority, { enrolment: { secrets: 'seal', preauthLink: true } });
      }
      addOtherOfficer(settings);
      addTypingOfficer(authorities[AUTHORITIES.manual] as { officers: Record<string, object> });
    },
  });
  await knowOtherOfficer(at);
  const temporal = await Temporal.connect(at);
  const keyRing = await historyKeyRing();
  const onlyMissing = process.env['RECORD'] === 'missing';
  if (!onlyMissing) rmSync(HISTORIES, { recursive: true, force: true });
  mkdirSync(HISTORIES, { recursive: true });

  async function write(end: string, workflowId: string): Promise<void> {
    await temporal.workflow(workflowId).result();
    const history: HistoryJson = await portable(await temporal.history(workflowId), keyRing);
    const events = history.events.map((event) => JSON.stringify(event)).join(',\n');
    writeFileSync(fileOf(end), `{"events":[\n${events}\n]}\n`);
  }

  const ends = Object.entries(ENDS)
    .filter(([end]) => !onlyMissing || !existsSync(fileOf(end)))
    .values();
  async function recordInTurn(): Promise<void> {
    for (const [end, bring] of ends) {
      const { reference, workflowId } = await bring(at);
      await write(end, workflowId);
      const left = LEFT_BEHIND[end];
      if (left !== undefined) await write(left, `${left}-${reference}`);
    }
  }

  try {
    // A few at once, because they mostly wait.
    await Promise.all([recordInTurn(), recordInTurn(), recordInTurn()]);
  } finally {
    await temporal.close();
    await at.close();
  }
});

function fileOf(end: string): string {
  return join(HISTORIES, `${end}.json`);
}
