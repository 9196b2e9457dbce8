/** Program: `npm run pictures`. Makes the pictures of the documentation from its own local stack. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { SandboxClient } from '../sandbox/client/sandbox-client.js';
import { VideoIdClient } from '../src/client.js';
import { loadConfig } from '../src/config.js';
import { PictureBrowser, type Shot } from './pictures/browser.js';
import { flowPicture } from './pictures/flow.js';
import { SHOWN, ShownRequests } from './pictures/requests.js';
import { PROJECT } from './project.js';
import { openScreen } from './screen.js';
import { type Stack, startStack } from './stack.js';

const FOLDER = join(PROJECT, 'docs', 'pictures');
const screen = openScreen(process.stdout);

await main().catch((error: unknown) => {
  screen.line(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});

async function main(): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, 'flow.svg'), flowPicture());
  const state = mkdtempSync(join(tmpdir(), 'videoid-pictures-'));
  try {
    const browser = await PictureBrowser.open((line) => screen.line(line));
    try {
      const stack = await startStack(state, screen);
      try {
        await takeAll(stack, browser);
      } finally {
        await screen.step('stopping', async () => stack.close());
      }
    } finally {
      await browser.close();
    }
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
}

async function takeAll(stack: Stack, browser: PictureBrowser): Promise<void> {
  const { temporalUi } = stack;
  if (temporalUi === undefined)
    throw new Error('TEMPORAL_ADDRESS is set: the pictures need their own Temporal UI, so unset it.');
  const client = await VideoIdClient.connect(loadConfig({ VIDEOID_CONFIG: stack.state.configFile }));
  try {
    const requests = new ShownRequests({ client, provider: new SandboxClient(stack.sandbox) });
    await screen.step('bringing requests to their stages', async () =>
      requests.bringAbout(async (link) => browser.press(link, /^Fail/)),
    );
  } finally {
    await client.close();
  }
  const workflow = `${temporalUi}/namespaces/default/workflows/${await addressOf(stack, SHOWN.code.reference)}`;
  for (const shot of shots(temporalUi, workflow, stack.sandbox)) {
    const { path, bytes } = await screen.step(shot.name, async () => browser.take(shot, FOLDER));
    screen.fact(relative(PROJECT, path), `${bytes} bytes`);
  }
}

/** In the UI, the address of a workflow's page contains the id of the run. */
async function addressOf(stack: Stack, reference: string): Promise<string> {
  const connection = await Connection.connect({ address: stack.temporalAddress });
  try {
    const { workflowId, runId } = await new Client({ connection }).workflow
      .getHandle(`signature-${reference}`)
      .describe();
    return `${workflowId}/${runId}`;
  } finally {
    await connection.close();
  }
}

function shots(temporalUi: string, workflow: string, sandbox: string): Shot[] {
  return [
    {
      name: 'temporal-list',
      address: `${temporalUi}/namespaces/default/workflows`,
      width: 1280,
      height: 560,
      awaited: (page) => [
        ...Object.values(SHOWN).map(({ reference }) => page.getByText(`signature-${reference}`)),
        page.getByText('VIDEO_FAILED'),
      ],
    },
    {
      name: 'temporal-request',
      address: `${workflow}/timeline`,
      width: 1280,
      height: 1230,
      awaited: (page) => [page.getByText('approve in the name of the officer')],
    },
    {
      name: 'temporal-checklist',
      address: `${workflow}/user-metadata`,
      width: 1280,
      height: 760,
      awaited: (page) => [
        page.frameLocator('#user-metadata-current-details').getByText('waiting for the signer to type the code'),
      ],
    },
    {
      name: 'sandbox-phone',
      address: `${sandbox}/phone/${encodeURIComponent(SHOWN.code.phone)}`,
      width: 480,
      height: 610,
      awaited: (page) => [page.getByText('open the video session'), page.locator('.bubble strong')],
    },
    {
      name: 'sandbox-console',
      address: `${sandbox}/console`,
      width: 1000,
      height: 760,
      awaited: (page) => [page.getByRole('button', { name: 'Approve' })],
    },
  ];
}
