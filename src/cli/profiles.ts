import type { Command } from 'commander';
import { type GivenBy, profileCatalogue, type ProfileEntry, profileEntry } from '../messages/profile-catalogue.js';
import { SECURE_ELEMENT_WORDS } from '../messages/profiles.js';
import { define } from './command.js';
import { columns } from './layout.js';

const GIVEN_BY: Record<GivenBy, string> = {
  signer: 'at start: --email, --phone',
  start: 'at start: --field',
  'start-or-later': 'at start or later: --field',
  video: 'by the video',
  profile: 'by the profile',
};

/** `videoid profiles`: the certificate profiles that enrolments can ask for. Needs no settings. */
export function profilesCommand(program: Command): void {
  define(
    program,
    'profiles [name]',
    'list the certificate profiles of enrolments. With a name: its fields, and who gives them when',
    async ({ screen, operands }) => {
      const [name] = operands;
      if (name === undefined) {
        const profiles = profileCatalogue();
        screen.answer({ profiles }, listOf(profiles));
        screen.next('videoid profiles NAME');
        return;
      }
      const profile = profileEntry(name);
      screen.answer(profile, linesOf(profile));
    },
  );
}

function listOf(profiles: readonly ProfileEntry[]): string[] {
  return columns([
    ['PROFILE', 'SECURE ELEMENT', 'FOR'],
    ...profiles.map(({ name, secureElements, description }) => [name, secureElements.join(', '), description]),
  ]);
}

function linesOf(profile: ProfileEntry): string[] {
  const { name, description, secureElements, validityTimes, naturalPerson, fields } = profile;
  return [
    ...columns([
      ['Profile', name],
      ['For', description],
      ['Secure element', secureElements.map((each) => `${each} ${SECURE_ELEMENT_WORDS[each]}`).join(', ')],
      ['Validity', `${validityTimes.join(', ')} days`],
      [
        'After the video',
        naturalPerson ? 'straight to the certificate' : 'completed here, then approved by an officer',
      ],
    ]),
    '',
    ...columns([
      ['FIELD', 'GIVEN', 'WHAT IT IS'],
      ...fields.map((field) => [
        field.name,
        GIVEN_BY[field.givenBy],
        field.value === undefined ? field.words : `${field.words}: always ${field.value}`,
      ]),
    ]),
  ];
}
