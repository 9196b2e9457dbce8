import type { RequestStatus, Stage } from '../../src/messages/status.js';
import { FLOW_STAGES, STAGE_WORDS } from '../../src/messages/status.js';
import { Installation } from '../installation/installation.js';
import { eventually } from '../installation/patience.js';
import { People } from '../installation/people.js';
import { Temporal } from '../installation/temporal.js';
import { apiOf, type Told } from '../installation/api.js';

let at: Installation;
let temporal: Temporal;
beforeAll(async () => {
  at = await Installation.shared();
  temporal = await Temporal.connect(at);
});
afterAll(async () => {
  await temporal.close();
  await at.close();
});

/** What each place where people look says about the stage, at this moment. */
async function said({ reference, workflowId }: People, told: readonly Told[]): Promise<Record<string, string>> {
  const api = apiOf(at);
  const shown = (await api.get(`/v1/requests/${reference}`)) as RequestStatus;
  const listed = (await at.client.list({ prefix: reference })).requests[0];
  const streamed = told.findLast(({ event }) => event === 'status')?.data as RequestStatus | undefined;
  const ui = await temporal.workflow(workflowId).query<{ currentDetails: string }>('__temporal_workflow_metadata');
  return {
    show: (await at.client.status(reference)).stage,
    api: shown.stage,
    list: listed?.stage ?? '',
    stream: streamed?.stage ?? '',
    ui: stageIn(ui.currentDetails),
  };
}

/** The stage whose words the checklist of the Temporal UI marks. */
function stageIn(details: string): string {
  const marked = details.split('\n').find((line) => line.startsWith('▶')) ?? '';
  return FLOW_STAGES.signature.find((stage) => marked.includes(STAGE_WORDS[stage].split(',')[0] ?? '')) ?? marked;
}

test('list, show, stream, UI and API say the same at each stage, and the stream tells every stage once', async () => {
  const people = await People.start(at);
  const told: Told[] = [];
  const streaming = apiOf(at).follow(`/v1/requests/${people.reference}/events`, (each) => told.push(each));
  const same = async (stage: Stage): Promise<void> => {
    let seen: Record<string, string> = {};
    await eventually(
      async () => {
        seen = await said(people, told);
        return Object.values(seen).every((each) => each === stage);
      },
      () => seen,
    );
  };
  await same('video');
  await people.finishVideo();
  await same('review');
  await people.approve();
  await same('acceptance');
  await people.askForCode();
  await same('code');
  const fault = await people.fault({ name: 'hold-before', endpoint: 'get-document' });
  await people.sign();
  await same('archiving');
  await at.provider.removeFault(fault);
  expect(await people.outcome()).toMatchObject({ outcome: 'signed' });
  await streaming;
  const stages = told.flatMap(({ event, data }) => {
    const { what, facts } = data as { what?: string; facts?: { stage?: string } };
    return event === 'change' && what === 'stage' ? [facts?.stage] : [];
  });
  const first = told[0]?.data as RequestStatus;
  expect([...FLOW_STAGES.signature].slice(-stages.length)).toEqual(stages);
  expect(FLOW_STAGES.signature).toContain(first.stage);
  expect(told.slice(-2)).toMatchObject([{ event: 'status', data: { stage: 'ended' } }, { event: 'end' }]);
});
