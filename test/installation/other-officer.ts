import { OFFICER } from '../../local/local-config.js';
import type { SandboxClient } from '../../sandbox/client/sandbox-client.js';

/** A second officer of every registration authority, as another RAO of the provider. */
export const OTHER_OFFICER = 'officer-b';
export const OTHER_RAO = '1401';

/** For the settings of an installation. */
export function addOtherOfficer(settings: Record<string, unknown>): void {
  const authorities = settings['registrationAuthorities'] as Record<string, { officers: Record<string, object> }>;
  for (const { officers } of Object.values(authorities)) {
    officers[OTHER_OFFICER] = { ...officers[OFFICER], rao: OTHER_RAO };
  }
}

/** The same for the provider. The credentials are those of the first officer. */
export async function knowOtherOfficer({ provider }: { provider: SandboxClient }): Promise<void> {
  const { raos } = await provider.readSettings();
  await provider.settings({ raos: { ...raos, [OTHER_RAO]: { ...raos['1400'] } } });
}
