import type { VMWorkflowCreator } from '@temporalio/worker/lib/workflow/vm.js';
import { InProcess, workflows } from './in-process.js';
import { requestOf } from './play.js';

let creator: VMWorkflowCreator;
beforeAll(async () => {
  creator = await workflows();
}, 60_000);
afterAll(() => creator.destroy());

test('starts', async () => {
  const request = requestOf('r', {
    reviewMode: 'manual',
    deadlines: { video: undefined, review: undefined, signing: undefined },
    codesNotAccepted: 3,
  });
  const it = await InProcess.start(creator, 'signature', 'signature-r', request);
  expect(it.waitsFor).toEqual(['create']);
  await it.answers('create', { requestPk: '1', videoidPk: '2', status: 'VIDEOPENDING' } as never);
  expect(it.waitsFor).toEqual(['watch']);
  console.log(await it.status());
});
