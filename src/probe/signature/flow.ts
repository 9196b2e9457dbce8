import { readRootFiles } from '../../signatures/root-files.js';
import { ASSUMPTIONS, DEFAULT_ASSUMPTIONS } from '../../uanataca/one-shot/assumptions.js';
import { type Preparation, type ProbeFlow, changedFrom, courseOf } from '../flow.js';
import { officerFrom } from '../officer.js';
import { SIGNATURE_CONCLUSIONS } from './conclusions.js';
import { SignatureContext } from './context.js';
import { billingOf, documentsFrom, optimizerOf } from './prepare.js';
import { SIGNATURE_STEPS } from './steps.js';

/** The signature flow of an Optimizer. */
export const SIGNATURE_FLOW: ProbeFlow = {
  assumptions: ASSUMPTIONS,
  conclusions: SIGNATURE_CONCLUSIONS,
  assumed: ({ environment }) => changedFrom(DEFAULT_ASSUMPTIONS, environment.assumptions),
  prepare: async (preparation) => courseOf(SIGNATURE_STEPS, await contextOf(preparation)),
};

async function contextOf({ run, options, place, folder }: Preparation): Promise<SignatureContext> {
  const { name, environment, authority } = place;
  const { config, people, others, poll, patience } = options;
  if (environment.roots.length === 0)
    people.say(
      `environments.${name}.roots is empty, so the probe cannot check to which root the signatures lead. Better stop, and name the provider’s roots.`,
    );
  const billing = await billingOf(authority);
  const { officer: officerId, documents } = run.secrets;
  const officer = officerId === undefined ? undefined : authority.officers[officerId];
  const credentials = officer && (await officerFrom(officer, people));
  const secrets = [billing?.username, billing?.password, ...Object.values(credentials ?? {})];
  run.values.add(...secrets.map((secret) => (typeof secret === 'object' ? secret.reveal() : undefined)));
  return new SignatureContext(run, people, {
    optimizer: optimizerOf(environment),
    assumptions: environment.assumptions,
    billing,
    officer: credentials,
    documents: await documentsFrom(documents, folder, config.documents),
    roots: await readRootFiles(name, environment.roots),
    folder,
    poll,
    patience,
    others,
  });
}
