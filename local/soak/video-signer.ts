import type { VideoResult } from '../../sandbox/client/sandbox-client.js';
import type { RequestStatus } from '../../src/messages/status.js';
import { type Person, pkOf, type Scene, unlessTooLate } from './scene.js';

/** The person in front of the camera, in either flow. */
export class VideoSigner implements Person {
  private since: number | undefined;
  private stumbled = false;

  constructor(private readonly scene: Scene) {}

  /** Sees only what the provider's page behind the link shows, not what we show. */
  async act(status: RequestStatus): Promise<void> {
    if (status.stage !== 'video') return;
    const { at, role } = this.scene;
    const pk = pkOf(status);
    this.since ??= Date.now();
    if (pk === undefined || role.video === 'never') return;
    if (role.video === 'late' && Date.now() - this.since < role.videoAt) return;
    const shown = (await at.provider.either(pk)).status;
    if (shown === 'VIDEOERROR') {
      await this.afterFailure(pk);
      return;
    }
    if (shown !== 'VIDEOPENDING' && shown !== 'VIDEOINCOMPLETE') return;
    const stumbles = !this.stumbled && shown === 'VIDEOPENDING';
    if (stumbles && role.video === 'fails') await this.do(pk, 'error');
    else if (stumbles && role.video === 'incomplete-first') await this.do(pk, 'incomplete');
    else await this.do(pk, 'finished');
    this.stumbled = true;
  }

  /** Tries the same link again, unless an operator has acted. */
  private async afterFailure(pk: string): Promise<void> {
    const { videoFailed } = this.scene.role.operator;
    if (videoFailed === 'nothing' || videoFailed === 'wait') await this.do(pk, 'retry');
  }

  private do(pk: string, result: VideoResult): Promise<unknown> {
    return unlessTooLate(this.scene, `video of ${pk}: ${result}`, () => this.scene.signer.video(pk, result));
  }
}
