import type { Activities } from '../messages/activities.js';
import type { RequestKey } from '../messages/request.js';
import { clean, record } from './clean.js';
import { correct } from './correct.js';
import { adopt, create } from './create.js';
import { showIdentity } from './identity.js';
import { noteLateVideo } from './late-progress.js';
import { made } from './made.js';
import { retrieve } from './retrieve.js';
import { approve, refuse } from './review.js';
import { sendCode } from './send-code.js';
import { sign } from './sign.js';
import { upload } from './upload.js';
import { readStatus, watch } from './watch.js';
import { withdraw } from './withdraw.js';
import { complete } from './enrolment/complete.js';
import { declare, preauthLink } from './enrolment/declare.js';
import { readEnd } from './enrolment/end.js';
import { adoptEnrolment, enrol } from './enrolment/enrol.js';
import { approveEnrolment, declineEnrolment } from './enrolment/review.js';
import { failingForArchiveTrouble } from './engine/archive-trouble.js';
import type { Dependencies } from './engine/dependencies.js';
import { asStep } from './engine/failures.js';
import { providerStep } from './engine/provider-step.js';

/** Every activity of both flows, in the order of the provider's steps. */
export function createActivities(dependencies: Dependencies): Activities {
  const { archive, logger } = dependencies;
  const step =
    <Order, Result>(run: (key: RequestKey, order: Order) => Promise<Result>) =>
    (key: RequestKey, order: Order): Promise<Result> =>
      asStep(logger, async () => {
        archive.assertArchive(key);
        return run(key, order);
      });
  const call = <Order, Result>(run: (key: RequestKey, order: Order) => Promise<Result>) =>
    step(providerStep(dependencies, run));
  return {
    create: call(create(dependencies)),
    adopt: call(adopt(dependencies)),
    made: step(made(dependencies)),
    correct: call(correct(dependencies)),
    watch: failingForArchiveTrouble(call(watch(dependencies)), archive),
    readStatus: call(readStatus(dependencies)),
    enrol: call(enrol(dependencies)),
    adoptEnrolment: call(adoptEnrolment(dependencies)),
    complete: call(complete(dependencies)),
    declare: call(declare(dependencies)),
    approveEnrolment: call(approveEnrolment(dependencies)),
    declineEnrolment: call(declineEnrolment(dependencies)),
    readEnd: call(readEnd(dependencies)),
    preauthLink: call(preauthLink(dependencies)),
    approve: call(approve(dependencies)),
    refuse: call(refuse(dependencies)),
    upload: call(upload(dependencies)),
    sendCode: call(sendCode(dependencies)),
    sign: call(sign(dependencies)),
    retrieve: call(retrieve(dependencies)),
    showIdentity: call(showIdentity(dependencies)),
    withdraw: call(withdraw(dependencies)),
    clean: call(clean(dependencies)),
    record: step(record(dependencies)),
    journal: async () => undefined,
    noteLateVideo: step(noteLateVideo(dependencies)),
  };
}
