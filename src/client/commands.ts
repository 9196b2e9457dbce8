import type { FailureCode } from '../messages/failures.js';
import { isFieldName } from '../messages/request-fields.js';
import type { Attention } from '../messages/status.js';
import type { IdentityWord } from '../messages/identity.js';
import type { Flow } from '../messages/request.js';
import { type Remedy, REMEDIES } from '../messages/remedies.js';
import { type Verb, VERBS } from '../messages/verbs.js';

/** The attempt of a command, and what its flags depend on. */
export interface CommandPlace {
  reference: string;
  attempt: number;
  /** Whether a later attempt exists, so that this one must be named. */
  latest: boolean;
  /** Present if both flows have the reference. */
  flow?: Flow | undefined;
  /** An officer of the settings, to put into the command. */
  officer?: string | undefined;
  /** Flags that ask the officer for what the settings lack. */
  asks?: string | undefined;
  /** Verbs that these settings do not let a command carry out. */
  barred?: ReadonlySet<Verb> | undefined;
  /** Whether there is a valid code to type. */
  codeOut?: boolean | undefined;
  /** Whether the signer may have finished the video, while the provider is still processing it. */
  videoPerhapsFinished?: boolean | undefined;
  /** Whether a correction changes the signer's identity. Before the video it changes e-mail or phone. */
  afterVideo?: boolean | undefined;
  /** How the document number compares, if an approval must accept it. */
  identity?: IdentityWord | undefined;
  /** What an enrolment needs: field names, or the code of the provider's refusal. */
  missing?: readonly string[] | undefined;
}

/** Flags of a verb that depend on the request. They come before those of its row. The person replaces words in capitals. */
const FLAGS: Partial<Record<Verb, (place: CommandPlace) => string | undefined>> = {
  correct: ({ afterVideo }) => (afterVideo ? '--field NAME=VALUE' : '--email ADDRESS --phone NUMBER'),
  approve: (place) => [decider(place), acceptedFlag(place)].join(''),
  refuse: (place) => `${decider(place)} --reason WORD`,
  sign: ({ codeOut }) => (codeOut === false ? '--unlock-type TYPE' : undefined),
  provide: ({ missing }) => lacking(missing),
  'new-video': discardFlag,
  abandon: discardFlag,
  cancel: discardFlag,
};

/** Without this flag, an order that may throw a finished video away is refused. */
function discardFlag({ videoPerhapsFinished }: CommandPlace): string | undefined {
  return videoPerhapsFinished ? '--discard-video' : undefined;
}

const DISCARDING: ReadonlySet<Verb> = new Set(['new-video', 'abandon', 'cancel']);
const MAY_BE_LOST = '. The video may be finished and paid: this gives it up';

function decider({ officer = 'ID', asks }: CommandPlace): string {
  return [`--officer ${officer} --seen "where"`, asks].filter((part) => part !== undefined && part !== '').join(' ');
}

/** The flag that accepts another document number. Without it such an approval is refused. */
function acceptedFlag({ identity }: CommandPlace): string {
  return identity === 'different' ? ' --identity accepted-although-different' : '';
}

/** A flag for each missing field. If none is known, a flag for a document. */
function lacking(missing: readonly string[] = []): string {
  const fields = missing.filter(isFieldName).map((name) => `--field ${name}=VALUE`);
  const others = missing.length === 0 ? ['--field NAME=VALUE', '--document FILE'] : ['--document FILE'];
  return (missing.length > 0 && fields.length === missing.length ? fields : [...fields, ...others]).join(' ');
}

/** The commands for verbs, without those that the settings bar. */
export function verbRemedies(verbs: readonly Verb[], place: CommandPlace): RemedyCommand[] {
  return verbs.filter((verb) => place.barred?.has(verb) !== true).map((verb) => verbRemedy(verb, place));
}

/** The command line for a verb. */
export function verbCommand(verb: Verb, place: CommandPlace): string {
  const [command, flags] = VERBS[verb].typed;
  return of(command, place, FLAGS[verb]?.(place), flags);
}

/** A command, and what it does. */
export interface RemedyCommand {
  words: string;
  command: string;
}

/** Compares settings, keys and processes. */
export const DOCTOR: RemedyCommand = { words: 'compare all processes and settings', command: 'videoid doctor' };

function verbRemedy(verb: Verb, place: CommandPlace): RemedyCommand {
  const lost = place.videoPerhapsFinished && DISCARDING.has(verb) ? MAY_BE_LOST : '';
  return { words: `${VERBS[verb].words}${lost}`, command: verbCommand(verb, place) };
}

const READ_AGAIN = 'read the request at the provider again';

/** What a remedy does after this failure, if its general words do not say enough. */
const REMEDY_WORDS_OF: Partial<Record<FailureCode, Partial<Record<Remedy, string>>>> = {
  CREATE_IN_DOUBT: {
    adopt: "if the provider's console shows the request: go on with it, without another bill",
    retry: "if the provider's console shows nothing: create it once more. The provider may bill twice",
  },
  CODES_EXHAUSTED: { retry: 'after a word with the signer or the provider: allow as many codes again' },
  STATUS_UNEXPECTED: { retry: READ_AGAIN, wait: 'keep waiting until the provider says something else' },
  VIDEO_FAILED: { retry: READ_AGAIN },
  VIDEO_FINISHED: {
    adopt: 'go on with the finished video, without another bill',
    retry: 'make another video request all the same. The provider bills it',
  },
  VIDEO_PERHAPS_FINISHED: {
    adopt: 'go on with the earlier video, without another bill',
    retry: 'make another video request all the same. The provider bills it',
  },
  EARLIER_VIDEO_FINISHED: {
    retry: READ_AGAIN,
    adopt: 'go on with the earlier video, which is finished and paid. The present link is no longer used',
    wait: 'keep waiting for the present video, and give the earlier one up',
  },
  APPROVAL_INCOMPLETE: { retry: READ_AGAIN },
  SIGNED_FILES_MISSING: { retry: 'fetch the signed files again, when the provider has them. Nobody signs again' },
  SIGNER_UNEXPECTED: { retry: 'compare again now, after the data at the provider was corrected' },
  VERIFICATION_NOT_PASSED: { retry: 'fetch and check the files again' },
  PROVIDER_REFUSED: { retry: 'send the same again, if the provider takes it now' },
  PROVIDER_FILE_NOT_A_PDF: {
    retry: 'fetch the file again',
    'accept-files': 'keep the file that the provider gives, and show it unchanged',
  },
  DOWNLOAD_TOO_LARGE: { retry: 'fetch it again, after the limit in the settings of the workers is raised' },
  ARCHIVED_FILE_CHANGED: { retry: 'try again, after the file is restored from a copy of the archive' },
};

const ADOPT_FLAGS: Record<Flow, string> = {
  signature: '--adopt VIDEOID_PK,REQUEST_PK --link-stdin',
  enrolment: '--adopt REQUEST_PK',
};

/** What a retry of each step does. */
const TRIED_AGAIN: Record<Attention['step'], string> = {
  create: 'create the request at the provider again',
  correct: 'send the corrected data again',
  complete: 'send the data and documents again',
  declare: 'fetch the declaration and the contract again',
  watch: READ_AGAIN,
  approve: 'approve again',
  refuse: 'refuse again',
  upload: 'upload the documents and fetch the contract again',
  code: 'have the code sent again',
  sign: 'let the signer type another code, or ask for one',
  retrieve: 'fetch and check the signed files again',
  withdraw: 'cancel it at the provider again',
  clean: 'read the request once more, and end it',
  record: 'record the end again',
  wait: READ_AGAIN,
};

function remedyWords(remedy: Remedy, { code, step, facts }: Attention): string {
  const special = REMEDY_WORDS_OF[code]?.[remedy];
  if (remedy !== 'retry') return special ?? REMEDIES[remedy];
  if (facts?.['decision'] !== undefined)
    return 'when the cause is gone: end this attention. An officer must still decide';
  return special ?? `when the cause is gone: ${TRIED_AGAIN[step]}`;
}

/** The command for a remedy of the attention. Its facts may name the request to adopt. */
export function remedyCommand(remedy: Remedy, attention: Attention, place: CommandPlace, flow: Flow): RemedyCommand {
  const { videoidPk, requestPk } = attention.facts ?? {};
  const ids = [videoidPk, requestPk].filter((id) => id !== undefined).join(',');
  const adopt = requestPk === undefined ? ADOPT_FLAGS[flow] : `--adopt ${ids}`;
  const more = remedy === 'adopt' ? adopt : undefined;
  const creates = remedy === 'new-video' || (remedy === 'retry' && attention.step === 'create');
  const discard = creates ? discardFlag(place) : undefined;
  const lost = discard !== undefined || (remedy === 'cancel' && place.videoPerhapsFinished) ? MAY_BE_LOST : '';
  return {
    words: `${remedyWords(remedy, attention)}${lost}`,
    command:
      remedy === 'cancel'
        ? verbCommand('cancel', place)
        : of('resolve', place, ['--remedy', remedy, more, discard].filter(Boolean).join(' ')),
  };
}

/** The command that continues a request from its record. */
export function resumeCommand(place: CommandPlace): string {
  return of('resume', place);
}

/** The same in another Temporal, because its own is lost. */
export function resumeAfterLossCommand(place: CommandPlace): string {
  return of('resume', place, '--after-loss');
}

/** The command that resets a request to a point from which a worker can go on. */
export function resetCommand(place: CommandPlace): string {
  return of('reset', place, '--reason "why"');
}

/** What of an attempt must be given again in the next one. All other data is taken over. */
export interface Anew {
  signer?: boolean;
  files?: boolean;
}

/** Whether the signer's data must be given again after such an end. */
export function isSignerWrong(reason: string): boolean {
  return /^wrong-(phone|email|person)$/.test(reason);
}

/** The command for another attempt after an end. */
export function newAttemptCommand(flow: Flow, reference: string, { signer = false, files = false }: Anew): string {
  return [
    flow === 'signature' ? 'videoid sign' : 'videoid enrol',
    ...(files ? [flow === 'signature' ? 'FILES' : '--document FILE'] : []),
    `--new-attempt --reference ${reference}`,
    ...(signer ? ['--email ADDRESS --phone NUMBER'] : []),
  ].join(' ');
}

/** The command that reopens what the latest attempt left open at the provider. */
export function reopenCommand(reference: string): string {
  return `videoid reopen ${reference} --reason "why"`;
}

function of(
  command: string,
  { reference, attempt, latest, flow }: CommandPlace,
  ...flags: (string | undefined)[]
): string {
  const ofFlow = flow === undefined ? undefined : `--flow ${flow}`;
  const which = latest ? undefined : `--attempt ${attempt}`;
  return ['videoid', command, reference, ofFlow, which, ...flags].filter((part) => part !== undefined).join(' ');
}
