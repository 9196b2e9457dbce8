import type { Payload } from '@temporalio/common';
import { visit, walkWorkflowActivation } from '@temporalio/common/lib/internal-non-workflow/index.js';
import type { Worker } from '@temporalio/worker';

const ENCODING = 'json/protobuf';
const MESSAGE_TYPE = 'messageType';

/**
 * A worker that ignores references to an external storage. The SDK (1.24) looks for them before any codec. We have no such storage, so it
 * throws, and anybody who can write to Temporal could stop a request forever with one in a signal. Here, the metadata that marks a
 * reference is removed, and the payload is unreadable like any of an unknown kind.
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
