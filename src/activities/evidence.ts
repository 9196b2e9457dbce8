import { composeEvidence, type EvidenceOrder } from '../signatures/evidence.js';
import type { RequestKey } from '../messages/request.js';
import type { Dependencies } from './dependencies.js';

/** Writes `evidence.json` anew from what the workflow knows and what happened beside it. Who signed stands in `request.json` alone. */
export async function writeEvidence(
  { archive }: Dependencies,
  key: RequestKey,
  known: Pick<EvidenceOrder, 'events' | 'documents' | 'contract' | 'outcome'>,
): Promise<void> {
  const request = await archive.readRequest(key);
  const provider = await archive.readProvider(key);
  const shown = await archive.events(key);
  await archive.writeEvidence(key, composeEvidence({ request, shown, ...(provider ? { provider } : {}), ...known }));
}
