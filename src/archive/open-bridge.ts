import { Bridge } from './records/bridge.js';
import { openBridgeDatabase } from './records/open-records.js';
import type { ArchiveSettings } from './settings.js';

/** Opens only what the webhook bridge needs, for a process that may not access anything else. @throws ARCHIVE_UNAVAILABLE */
export async function openBridge(settings: ArchiveSettings): Promise<Bridge> {
  const bridge = new Bridge(await openBridgeDatabase(settings, { now: Date.now }));
  await bridge.assertUsable();
  return bridge;
}
