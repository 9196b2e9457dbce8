import type { SandboxClient } from '../../sandbox/client/sandbox-client.js';
import type { VideoIdClient } from '../../src/client.js';
import type { Flow } from '../../src/messages/request.js';

/** Where people act: through our client, or at the simulated provider. */
export interface Place {
  client: VideoIdClient;
  provider: SandboxClient;
}

/** The request that a person acts on. */
export interface RequestName {
  flow: Flow;
  reference: string;
}
