import type { Flow } from '../../src/messages/request.js';
import type { Installation } from './installation.js';
import { Temporal } from './temporal.js';

/** How many of the newest events of the history are shown. */
const SHOWN = 25;

/** What explains why a test waits for a request in vain: its status, why it waits, the provider's view, and its newest history. */
export async function whereItStands(
  at: Installation,
  { flow, reference, workflowId }: { flow: Flow; reference: string; workflowId: string },
  awaited?: string,
): Promise<object> {
  const status = at.client.status(reference, { flow });
  const atProvider = async (): Promise<object> => {
    const { requestPk = 'none' } = (await status).provider;
    return at.provider.either(requestPk);
  };
  const looked = {
    status,
    why: at.client.why(reference, { flow }),
    provider: atProvider(),
    history: historyEnd(at, workflowId),
  };
  const seen = Object.entries<Promise<unknown>>(looked).map(
    async ([what, look]) => [what, await look.catch(String)] as const,
  );
  return { awaited, ...Object.fromEntries(await Promise.all(seen)) };
}

async function historyEnd(at: Installation, workflowId: string): Promise<string[]> {
  const temporal = await Temporal.connect(at);
  try {
    const { events } = await temporal.history(workflowId);
    return events.slice(-SHOWN).map((event) => JSON.stringify(event, shortened));
  } finally {
    await temporal.close();
  }
}

/** Encrypted values are long and unreadable. */
function shortened(_name: string, value: unknown): unknown {
  return typeof value === 'string' && value.length > 120 ? `${value.slice(0, 20)}…` : value;
}
