import { rmSync } from 'node:fs';

export default async function stopServer(): Promise<void> {
  if (globalThis.temporalUnderTest === undefined) return;
  const { server, folder } = globalThis.temporalUnderTest;
  await server.close();
  rmSync(folder, { recursive: true, force: true });
}
