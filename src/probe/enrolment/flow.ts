import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import {
  DEFAULT_REGISTRATION_AUTHORITY_ASSUMPTIONS,
  REGISTRATION_AUTHORITY_ASSUMPTIONS,
} from '../../uanataca/registration-authority/assumptions.js';
import { settingsOf } from '../../uanataca/registration-authority/registration-authorities.js';
import { type Preparation, type ProbeFlow, changedFrom, courseOf } from '../flow.js';
import { loginFrom } from '../officer.js';
import { PLAIN_PAGE } from '../pages.js';
import { ENROLMENT_CONCLUSIONS } from './conclusions.js';
import { EnrolmentContext } from './context.js';
import { ENROLMENT_STEPS } from './steps.js';

/** The enrolment flow of a Registration Authority API. */
export const ENROLMENT_FLOW: ProbeFlow = {
  assumptions: REGISTRATION_AUTHORITY_ASSUMPTIONS,
  conclusions: ENROLMENT_CONCLUSIONS,
  assumed: ({ environment }) =>
    changedFrom(DEFAULT_REGISTRATION_AUTHORITY_ASSUMPTIONS, settingsOf(environment).assumptions),
  prepare: async (preparation) => courseOf(ENROLMENT_STEPS, await contextOf(preparation)),
};

async function contextOf({ run, options, place }: Preparation): Promise<EnrolmentContext> {
  const { environment, authority } = place;
  const { people, others, poll, patience } = options;
  const { officer: id, documents } = run.secrets;
  const { assumptions, ...api } = settingsOf(environment);
  const settings = id === undefined ? undefined : authority.officers[id];
  const officer = settings && (await loginFrom(settings, people));
  run.values.add(officer?.username.reveal(), officer?.password.reveal(), officer?.pin.reveal());
  const [path] = documents;
  return new EnrolmentContext(run, people, {
    api,
    assumptions,
    officer,
    evidence: path === undefined ? gunzipSync(Buffer.from(PLAIN_PAGE, 'base64')) : await readFile(path),
    refuseVideo: authority.enrolment?.refuseVideo ?? false,
    preauthLink: authority.enrolment?.preauthLink ?? false,
    poll,
    patience,
    others,
  });
}
