import type { RequestStatus } from '../../src/messages/status.js';
import { type Person, pkOf, type Scene, unlessTooLate } from './scene.js';

/** The officer's reason for a refusal, on our screens and in the provider's console. */
export const REFUSAL = 'document-expired';

/** The status in which the registration authority's operator can decide in the provider's console. */
const UNDECIDED = { signature: 'VIDEOREVIEW', enrolment: 'CREATED' } as const;

/** The registration authority's operator, who decides here, or in the provider's console, or never. */
export class Reviewer implements Person {
  constructor(private readonly scene: Scene) {}

  async act(status: RequestStatus): Promise<void> {
    const { role } = this.scene;
    if (status.stage !== 'review' || role.authority === 'automatic') return;
    switch (role.officer) {
      case 'never':
        return;
      case 'approves-in-console':
        return inConsole(this.scene, status, 'approve');
      case 'refuses-in-console':
        return inConsole(this.scene, status, 'refuse');
      case 'approves':
      case 'refuses':
        return this.decide(status);
    }
  }

  private async decide({ verbs }: RequestStatus): Promise<void> {
    const { role, asking, officer } = this.scene;
    if (!verbs.includes('approve') && !asking.isOpen('review')) return;
    await asking.once('review', role.officer, (wish, options) =>
      wish === 'approves' ? officer.approve({}, options) : officer.refuse(REFUSAL, options),
    );
  }
}

/** Cancels in the provider's console, in any stage. */
export async function officerCancels(scene: Scene, status: RequestStatus): Promise<void> {
  if (scene.played.consoleCancelled || status.stage === 'creating') return;
  await inConsole(scene, status, 'cancel');
}

async function inConsole(scene: Scene, status: RequestStatus, act: 'approve' | 'refuse' | 'cancel'): Promise<void> {
  const { at, role, officer, played } = scene;
  const pk = pkOf(status);
  if (pk === undefined) return;
  const { status: shown } = await at.provider.either(pk);
  if (act !== 'cancel' && shown !== UNDECIDED[role.flow]) return;
  if (shown === 'ISSUED' || shown === 'CANCELLED') return;
  const done = await unlessTooLate(scene, `console: ${act} ${pk}`, () => officer.inConsole(pk, act));
  if (done && act === 'cancel') played.consoleCancelled = true;
}
