import { join } from 'node:path';
import type { EnrolmentInput } from '../../src/client.js';
import { DEED, EnrolledPeople, ORGANISATION, ORGANISATION_FIELDS } from '../installation/enrolled-people.js';
import type { Installation } from '../installation/installation.js';
import { SAMPLES } from '../installation/people.js';
import type { Situation } from './stuck.js';
import { putRightSecret, WRONG } from './stuck-authorities.js';

/** Situations in which an enrolment is stuck. */
export function stuckEnrolments(at: () => Installation): Record<string, Situation<EnrolledPeople>> {
  const enrol = (more: Partial<EnrolmentInput> = {}): Promise<EnrolledPeople> => EnrolledPeople.start(at(), more);

  return {
    'no scratchcard is left': {
      provoke: () => enrol({ registrationAuthority: WRONG.scratchcards }),
      why: { state: 'attention', code: 'NO_SCRATCHCARD_LEFT', leavesByItself: false, words: /scratchcard/i },
      repair: () => at().provider.addScratchcards(WRONG.scratchcards, 1),
      remedy: /--remedy retry$/,
      goOn: (who) => who.identified(),
      end: 'enrolled',
    },
    'fields are missing after the video': {
      async provoke() {
        const who = await enrol({ profile: ORGANISATION, documents: [DEED] });
        await who.identified();
        return who;
      },
      why: {
        state: 'waiting',
        leavesByItself: true,
        words: /Missing: .*organization_name/,
        endsBy: /the requester provides/,
      },
      remedy: /^videoid provide/,
      filled: () =>
        Object.fromEntries(
          Object.entries(ORGANISATION_FIELDS).map(([name, value]) => [`${name}=VALUE`, `${name}="${value}"`]),
        ),
      goOn: approved,
      end: 'enrolled',
    },
    'a document is missing when it is to be approved': {
      async provoke() {
        const who = await enrol({ profile: ORGANISATION, fields: ORGANISATION_FIELDS });
        await who.identified();
        await who.until('review');
        await expect(who.approve()).rejects.toMatchObject({ code: 'DOCUMENTS_MISSING' });
        return who;
      },
      why: { state: 'waiting', code: 'DOCUMENTS_MISSING', leavesByItself: true, words: /Missing: a document/ },
      remedy: /^videoid provide/,
      filled: () => ({ FILE: join(SAMPLES, 'annex.pdf') }),
      goOn: approved,
      end: 'enrolled',
    },
    'the registration authority does not know the password of the officer': {
      async provoke() {
        const who = await enrol({
          registrationAuthority: WRONG.password,
          profile: ORGANISATION,
          fields: ORGANISATION_FIELDS,
          documents: [DEED],
        });
        await who.identified();
        await who.until('review');
        await at().provider.addFault({
          name: 'answer-other',
          endpoint: 'ra-approve',
          request: Number(await who.requestPk()),
          code: 403,
          text: 'You do not have permission to perform this action.',
          times: 1,
        });
        await expect(who.approve()).rejects.toMatchObject({ code: 'CREDENTIALS_REFUSED' });
        return who;
      },
      why: {
        state: 'attention',
        code: 'CREDENTIALS_REFUSED',
        leavesByItself: false,
        words: /last decision was not taken.*permission/,
      },
      repair: async () => putRightSecret(WRONG.password),
      remedy: /^videoid approve/,
      goOn: nothing,
      end: 'enrolled',
    },
    "the provider's operator does not validate": {
      async provoke() {
        const who = await enrol();
        await who.finishVideo();
        await who.until('validation');
        return who;
      },
      why: {
        state: 'waiting',
        leavesByItself: true,
        words: /certified operator/,
        endsBy: /certified operator validates or refuses/,
      },
      remedy: /^videoid extend/,
      goOn: (who) => who.operator('validate'),
      end: 'enrolled',
    },
    'the declaration cannot be made for the officer': {
      async provoke() {
        const who = await enrol({ profile: ORGANISATION, fields: ORGANISATION_FIELDS, documents: [DEED] });
        const text = 'Rao matching query does not exist.';
        const request = Number(await who.requestPk());
        await at().provider.addFault({
          name: 'answer-other',
          endpoint: 'ra-declaration',
          request,
          code: 500,
          text,
          times: 1,
        });
        await who.identified();
        return who;
      },
      why: { state: 'attention', code: 'CREDENTIALS_REFUSED', leavesByItself: false, words: /Rao matching query/ },
      remedy: /--remedy retry$/,
      goOn: approved,
      end: 'enrolled',
    },
  };
}

async function approved(who: EnrolledPeople): Promise<void> {
  await who.until('review');
  await who.approve();
}

async function nothing(): Promise<void> {}
