import { NOTHING } from './step-failure.js';
import type { FaultOrder } from '../../sandbox/client/sandbox-client.js';
import { OFFICER } from '../../local/local-config.js';
import type { Activities } from '../../src/messages/activities.js';
import type { RequestKey, RequestPk } from '../../src/messages/request.js';
import { openSealed } from '../../src/security/sealing.js';
import { ORGANISATION, ORGANISATION_FIELDS } from '../installation/enrolled-people.js';
import type { Workplace } from './workplace.js';

/** An organisation's enrolment, and every activity of it with a matching order. */
export class EnrolmentAtWork {
  private known: RequestPk | undefined;

  private constructor(
    private readonly at: Workplace,
    readonly key: RequestKey,
    private readonly phone: string,
  ) {}

  get requestPk(): RequestPk {
    if (!this.known) throw new Error('it is not created yet');
    return this.known;
  }

  /** The archive has everything to complete it. The provider has nothing yet. @param of the signer's phone */
  static async started(at: Workplace, of?: string): Promise<EnrolmentAtWork> {
    const order = {
      profile: ORGANISATION,
      enrolment: {
        secureElement: '2',
        validityTime: '730',
        fields: ORGANISATION_FIELDS,
        untilIssued: false,
        preauthLink: false,
      },
    };
    const { key, phone } = await at.commit('enrolment', order, of);
    return new EnrolmentAtWork(at, key, phone);
  }

  /** Created, identified and validated: in CREATED. */
  static async validated(at: Workplace): Promise<EnrolmentAtWork> {
    const enrolment = await EnrolmentAtWork.started(at);
    await enrolment.enrol();
    await at.provider.video(enrolment.requestPk, 'finished');
    await at.provider.operator(enrolment.requestPk, 'validate');
    return enrolment;
  }

  /** Validated. Nothing is missing, and the officer was shown what to read. */
  static async completed(at: Workplace): Promise<EnrolmentAtWork> {
    const enrolment = await EnrolmentAtWork.validated(at);
    await enrolment.complete();
    await enrolment.declare();
    return enrolment;
  }

  /** @param elsewhere the activities of another worker */
  async enrol(attempt = 1, elsewhere?: Activities, round = 1) {
    const enrolled = await this.at.try((activities) => activities.enrol(this.key, { round }), attempt, elsewhere);
    this.known = enrolled.requestPk;
    return enrolled;
  }

  /** Everything that the provider has for this signer. */
  async atProvider() {
    return (await this.at.provider.enrolments()).filter(({ phone }) => phone === this.phone);
  }

  provider() {
    return this.at.provider.enrolment(this.requestPk);
  }

  /** A fault that affects only this enrolment. */
  fault(fault: FaultOrder): Promise<string> {
    return this.at.provider.addFault({ phone: this.phone, ...fault });
  }

  complete(attempt = 1) {
    const order = { requestPk: this.requestPk, supplements: [] };
    return this.at.try((activities) => activities.complete(this.key, order), attempt);
  }

  declare() {
    return this.at.try((activities) =>
      activities.declare(this.key, { requestPk: this.requestPk, download: this.at.config.policy.download }),
    );
  }

  approve(attempt = 1, elsewhere?: Activities) {
    const order = { requestPk: this.requestPk, officer: OFFICER, decisionId: 'run-1', own: NOTHING };
    return this.at.try((activities) => activities.approveEnrolment(this.key, order), attempt, elsewhere);
  }

  decline(attempt = 1) {
    const order = {
      requestPk: this.requestPk,
      officer: OFFICER,
      decisionId: 'run-1',
      own: NOTHING,
      reason: 'deed-too-old',
    };
    return this.at.try((activities) => activities.declineEnrolment(this.key, order), attempt);
  }

  /** The secrets of the approval that are kept, by the provider's names. Undefined if none are kept. */
  async keptSecrets(): Promise<Record<string, string> | undefined> {
    const sealed = await this.at.archive.readSealed(this.key, 'approval');
    if (sealed === undefined) return undefined;
    const opened = JSON.parse(openSealed(sealed, this.at.sealKeys).reveal()) as Record<string, string>;
    const { enrollmentCode = '', ...others } = opened;
    return { ...others, enrollment_code: enrollmentCode };
  }
}
