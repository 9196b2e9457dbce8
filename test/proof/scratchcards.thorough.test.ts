import { anyPort } from '../../local/ports.js';
import { EnrolledPeople } from '../installation/enrolled-people.js';
import { Installation } from '../installation/installation.js';

const ENROLMENTS = 50;

let at: Installation;
beforeAll(async () => {
  at = await Installation.start({
    settings: (settings) => {
      const policy = settings['policy'] as { steps: Record<string, object> };
      policy.steps['create'] = { ...policy.steps['create'], startToClose: 60_000, budget: 300_000 };
    },
  });
  for (const name of ['second', 'third']) {
    await at.startWorker(name, { VIDEOID_WORKER_HEALTH_PORT: String(await anyPort()) });
  }
}, 240_000);
afterAll(() => at.close());

test('50 enrolments at once on three workers take 50 scratchcards: none is lost, none is used twice', async () => {
  const all = await Promise.all(Array.from({ length: ENROLMENTS }, () => EnrolledPeople.start(at)));
  const pks: string[] = [];
  for (const people of all) pks.push(await people.requestPk());
  expect(new Set(pks).size).toBe(ENROLMENTS);
  const made = await at.provider.enrolments();
  expect(made.map(({ pk }) => String(pk)).toSorted()).toEqual(pks.toSorted());
  expect(new Set(made.map(({ scratchcard }) => scratchcard)).size).toBe(ENROLMENTS);
}, 240_000);
