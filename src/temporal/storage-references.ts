import type { Payload } from '@temporalio/common';
import { visit, walkWorkflowActivation } from '@temporalio/common/lib/internal-non-workflow/index.js';
import type { Worker } from '@temporalio/worker';

const ENCODING = 'json/protobuf';
const MESSAGE_TYPE = 'messageType';

/**
 * A worker that does not stumble over references to an external storage. The SDK (1.24) looks for them before any codec and throws,
 * since we have no such storage: whoever can write to Temporal could stop a request for ever with one in a signal. Here they lose
 * what makes them one, and are unreadable like any payload of an unknown kind.
 */
export function withoutReferences(Base: typeof Worker): typeof Worker {
  return class extends Base {
    protected override async handleActivation(...given: Parameters<Worker['handleActivation']>) {
      const [, { activation }] = given;
      await visit<typeof activation, undefined>(activation, walkWorkflowActivation, {
        transformPayload: async (payload) => plain(payload),
        transformPayloads: async (payloads) => payloads.map(plain),
        skipSearchAttributes: true,
      });
      return await super.handleActivation(...given);
    }
  };
}

function plain(payload: Payload): Payload {
  const { [MESSAGE_TYPE]: type, ...metadata } = payload.metadata ?? {};
  const encoding = Buffer.from(metadata['encoding'] ?? []).toString('latin1');
  return type === undefined || encoding !== ENCODING ? payload : { ...payload, metadata };
}
