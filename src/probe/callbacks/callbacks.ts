import type { ProbeRun } from '../run.js';
import { GatewayLog } from './gateway-log.js';
import { listenAddress } from './listen-address.js';
import { CallbackListener } from './listener.js';

/** Where the callbacks of a probe come from. Without both, none are seen. */
export interface CallbackSources {
  /** `[host:]port` for a listener of the probe itself. By default, it is where it was before the probe was taken up again. */
  listen?: string | undefined;
  /** The path of a gateway's log, where the provider's address cannot be changed. */
  gatewayLog?: string | undefined;
}

/** Callbacks that come into a run until this is closed. */
export interface Callbacks {
  /** The address for the provider, a secret. Undefined without a listener. */
  address: string | undefined;
  /** What the person has to know and to do. */
  advice: string[];
  /** Takes no more. What came beside the callbacks is noted. */
  close(): Promise<void>;
}

/** Lets callbacks come into a run. @throws VideoIdError if the address or the log cannot be used */
export async function receiveCallbacks(run: ProbeRun, { listen, gatewayLog }: CallbackSources): Promise<Callbacks> {
  const { registrationAuthority } = run.secrets;
  const place = {
    begun: Date.parse(run.file.begun),
    seen: () => run.file.callbacks,
    onCallback: run.addCallback.bind(run),
  };
  const where = listen ?? run.secrets.callbacks?.listen;
  const listener =
    where === undefined
      ? undefined
      : await CallbackListener.open({
          ...place,
          listen: listenAddress(where),
          token: await run.callbackToken(),
          showing: run.showing,
          subjectOf: (pk) => run.subjectOf(pk),
        });
  if (listener !== undefined) await run.keepListen(listener.place);
  let log: GatewayLog | undefined;
  try {
    log =
      gatewayLog === undefined
        ? undefined
        : await GatewayLog.follow({ ...place, path: gatewayLog, registrationAuthority });
  } catch (error) {
    await listener?.close();
    throw error;
  }
  const from = [...(listener === undefined ? [] : ['listener']), ...(log === undefined ? [] : ['log'])];
  if (from.length > 0) run.note('callbacks', from);
  const close = async (): Promise<void> => {
    await listener?.close();
    await log?.close();
    noteCounts(run, 'listener', listener?.counts);
    noteCounts(run, 'log', log?.counts);
    await run.save();
  };
  let closed: Promise<void> | undefined;
  return {
    address: listener?.address,
    advice: [
      ...(listener?.advice ?? []),
      ...(log === undefined ? [] : [`The probe reads callbacks from ${gatewayLog}`]),
    ],
    close: async () => (closed ??= close()),
  };
}

/** What came beside the callbacks, and what went wrong. */
function noteCounts(run: ProbeRun, from: string, counts: object = {}): void {
  for (const [name, count] of Object.entries(counts)) {
    if (typeof count === 'number' && count > 0) run.note(`callbacks, ${from}: ${name}`, count);
  }
}
