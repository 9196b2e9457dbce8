import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { Option } from 'commander';
import type { Config } from '../config.js';
import { VideoIdError } from '../messages/failures.js';
import type { Flow } from '../messages/request.js';
import type { People } from '../probe/people.js';
import { printable } from '../process/printable.js';
import { define } from './command.js';
import { type Pairs, pairOf } from './pair-flag.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { readable } from './readable-file.js';
import type { Screen } from './screen.js';
import { readSettings } from './session.js';

interface Flags {
  flow: Flow;
  registrationAuthority?: string;
  officer?: string;
  console?: true;
  phone?: string;
  email?: string;
  profile?: string;
  document?: string[];
  field?: Pairs;
  folder: string;
  listen?: string;
  gatewayLog?: string;
  onlySigning?: true;
  production?: true;
  unattended?: true;
}

/** Milliseconds between two reads, and the longest wait for a person. */
const POLL = 2_000;
const PATIENCE = 4 * 3_600_000;
const SIMULATED = { poll: 200, patience: 20_000 };
const MADE_UP = { phone: '+34600111222', email: 'probe@example.com' };

/** `videoid probe`: finds out what the product only assumes about the provider, with one guided run. */
export function probeCommand(program: Command): void {
  define<Flags>(
    program,
    'probe [file]',
    'find out what is only assumed about the provider: one guided run, step by step, without Temporal. ' +
      'With the file of an earlier run, it goes on with that run. It writes a report, and a file without secrets that you can send',
    async ({ screen, operands, flags }) => carryOut(screen, operands[0], flags),
  )
    .addOption(new Option('--flow <flow>', 'the flow to try').choices(['signature', 'enrolment']).default('signature'))
    .option(
      '--registration-authority <id>',
      'the one to try, with its officers and its billing (default: the only one in a sandbox environment)',
    )
    .option('--officer <id>', 'the officer of the settings who approves and refuses (default: the first)')
    .option('--console', 'instead of an officer’s calls, a person approves and refuses in the provider’s console')
    .option('--phone <number>', 'the phone of the person who signs; asked for if not given')
    .option('--email <address>', 'the e-mail address of the person who signs; asked for if not given')
    .option('--profile <name>', 'the certificate profile (default: the first of the registration authority)')
    .option(
      '--document <file>',
      'a PDF to sign, or the evidence of an enrolment, instead of a built-in page. Give it twice for two PDFs to sign',
      (path: string, before: string[] | undefined) => [...(before ?? []), path],
    )
    .option(
      '--field <name=value>',
      'a field of an enrolment that the video does not give; asked for if not given. Repeatable. `videoid profiles` lists them',
      pairOf,
    )
    .option('--folder <path>', 'where the probe writes its files', '.')
    .option(
      '--listen <[host:]port>',
      'take the provider’s callbacks here. The provider must be able to reach this address (default host: 127.0.0.1)',
    )
    .option(
      '--gateway-log <file>',
      'read callbacks from the log of a gateway, where the address at the provider cannot be changed',
    )
    .option('--only-signing', 'make only the first request, and leave out those that are refused or cancelled')
    .option(
      '--production',
      'allow a production environment: every create is billed, and signatures and certificates are real',
    )
    .option('--unattended', 'the sandbox of this product plays the people. No other provider can');
}

async function carryOut(screen: Screen, file: string | undefined, flags: Flags): Promise<ExitCode | void> {
  const config = await settingsFor(screen);
  if (file !== undefined) refuseFixed(flags);
  const { AttendedPeople } = await import('../probe/attended-people.js');
  const { Stopped } = await import('../probe/people.js');
  const { SimulatedPeople } = await import('../probe/simulated-people.js');
  const { beginProbe, carryOutProbe, placeOf } = await import('../probe/probe.js');
  const { ProbeStorage } = await import('../probe/storage.js');
  const { linesOf } = await import('../probe/report/rendering.js');
  let storage = file === undefined ? undefined : new ProbeStorage(file);
  const authority =
    storage === undefined ? authorityOf(config, flags) : (await storage.load()).secrets.registrationAuthority;
  const { environment, authority: settings } = placeOf(config, authority);
  if (environment.env === 'prod' && flags.production !== true) {
    throw new VideoIdError('BAD_INPUT', `Registration authority ${authority} is in a production environment.`, {
      field: '--production',
      remedy:
        'Use the provider’s sandbox environment: name another one with --registration-authority. With --production every create is billed, and the signature is real.',
    });
  }
  if (environment.env === 'prod' && flags.unattended === true) {
    throw new VideoIdError(
      'BAD_INPUT',
      'With --unattended, the sandbox of this product plays the people. It is no production environment.',
      {
        field: '--unattended',
        remedy: 'Leave it out.',
      },
    );
  }
  const say = (...lines: string[]): void => {
    if (!screen.json || flags.unattended !== true)
      for (const line of lines) process.stderr.write(`${printable(line)}\n`);
  };
  const simulated = flags.unattended === true;
  const { origin } = new URL(environment.optimizer);
  const people = simulated
    ? new SimulatedPeople(origin, say)
    : new AttendedPeople({ input: process.stdin, output: process.stderr, say });
  const options = {
    config,
    people,
    others: flags.onlySigning !== true,
    simulated: simulated || (await SimulatedPeople.isAt(origin)),
    callbacks: { listen: flags.listen, gatewayLog: flags.gatewayLog },
    ...(people instanceof SimulatedPeople ? { announce: async (address: string) => people.listenAt(address) } : {}),
    ...(simulated ? SIMULATED : { poll: POLL, patience: PATIENCE }),
  };
  try {
    if (people instanceof SimulatedPeople) await people.check();
    else if (storage === undefined) say(...introduction(flags));
    for (const path of flags.document ?? []) await readable(path, async () => readFile(path));
    storage ??= await beginProbe(
      {
        flow: flags.flow,
        registrationAuthority: authority,
        officer: officerOf(settings, flags),
        signer: simulated ? MADE_UP : await signerFrom(people, flags),
        profile: flags.profile ?? settings.profiles[0] ?? '',
        fields: flags.field ?? {},
        documents: flags.document ?? [],
        folder: flags.folder,
      },
      options,
    );
    const { officer } = (await storage.load()).secrets;
    say(officer === undefined ? 'A person decides in the provider’s console.' : `Officer ${officer} decides.`);
    say(`The probe writes ${storage.path}, which you can send to others, and ${storage.privatePath}, which you keep.`);
    const report = await carryOutProbe(storage, options);
    screen.answer(report, [...linesOf(report), '', `Report: ${storage.reportPath}`, `To send: ${storage.path}`]);
    if (report.ended !== undefined) return EXIT.done;
    say('', `Some steps failed. Try them again with: videoid probe ${storage.path}${optionsAgain(flags)}`);
    return EXIT.failed;
  } catch (error) {
    if (storage !== undefined)
      say('', `What was seen is kept. Go on with: videoid probe ${storage.path}${optionsAgain(flags)}`);
    if (!(error instanceof Stopped)) throw error;
    return EXIT.stillRunning;
  } finally {
    if (people instanceof AttendedPeople) people.close();
  }
}

/** What a person should know before the first question. */
function introduction({ flow, onlySigning }: Flags): string[] {
  const requests = onlySigning === true ? 'one request' : flow === 'enrolment' ? 'two requests' : 'three requests';
  return [
    `This probe makes ${requests} at the provider, step by step, and says before each step what it costs and what you have to do.`,
    'It needs a person with a phone and an identity document who knows that it is a test, and up to an hour. q stops it, and it can go on later.',
    '',
  ];
}

/** @throws VideoIdError with the way to settings for a probe */
async function settingsFor(screen: Screen): Promise<Config> {
  try {
    return await readSettings(screen);
  } catch (error) {
    if (!(error instanceof VideoIdError)) throw error;
    const remedy = `${error.remedy ?? ''} The first step of docs/going-live.md has the settings that a probe needs.`;
    throw new VideoIdError(error.code, error.message, { field: error.field, remedy: remedy.trim(), cause: error });
  }
}

/** What a probe began with cannot be changed. @throws VideoIdError BAD_INPUT */
function refuseFixed({ registrationAuthority, officer, console, phone, email, profile, document, field }: Flags): void {
  const given = { registrationAuthority, officer, console, phone, email, profile, document, field };
  const [name] = Object.entries(given).find(([, value]) => value !== undefined) ?? [];
  if (name === undefined) return;
  throw new VideoIdError('BAD_INPUT', `${name}: cannot be changed when a probe goes on.`, {
    field: name,
    remedy: 'Leave it out, or begin a new probe without a file.',
  });
}

/** The options that the file of a probe does not keep. */
function optionsAgain({ onlySigning, production, unattended, gatewayLog }: Flags): string {
  return [
    ...(onlySigning === true ? ['--only-signing'] : []),
    ...(production === true ? ['--production'] : []),
    ...(unattended === true ? ['--unattended'] : []),
    ...(gatewayLog === undefined ? [] : ['--gateway-log', gatewayLog]),
  ]
    .map((word) => ` ${word}`)
    .join('');
}

/** The person who signs. What was not given is asked for. @throws VideoIdError BAD_PHONE, BAD_EMAIL, Stopped */
async function signerFrom(people: People, given: Pick<Flags, 'phone' | 'email'>): Promise<typeof MADE_UP> {
  const { checkedInput, email, phone } = await import('../client/input/input.js');
  const asked = async (schema: typeof email, flag: string | undefined, question: string): Promise<string> => {
    if (flag !== undefined) return checkedInput(schema, flag);
    for (;;) {
      const typed = schema.safeParse(await people.line(question));
      if (typed.success) return typed.data;
      people.say(typed.error.issues[0]?.message ?? '');
    }
  };
  return {
    phone: await asked(phone, given.phone, 'The phone of the person who signs, such as +34600111222'),
    email: await asked(email, given.email, 'The e-mail address of the person who signs'),
  };
}

/** The registration authority to try: the given one, or the only one that is not in production. */
function authorityOf({ environments, registrationAuthorities }: Config, flags: Flags): string {
  if (flags.registrationAuthority !== undefined) return flags.registrationAuthority;
  const all = Object.entries(registrationAuthorities);
  const tried = all.filter(([, { environment }]) => environments[environment]?.env === 'sandbox');
  const [only] = tried.length > 0 ? tried : all;
  if (only !== undefined && (tried.length === 1 || flags.unattended === true || all.length === 1)) return only[0];
  throw new VideoIdError('BAD_INPUT', 'Say which registration authority is to be tried.', {
    field: '--registration-authority',
    remedy: all.length === 0 ? 'Add one to the settings.' : `Give one of: ${all.map(([id]) => id).join(', ')}.`,
  });
}

/** Who decides: the given officer, or the first of the settings. Otherwise a person in the console. */
function officerOf(
  { officers }: Config['registrationAuthorities'][string],
  { officer, console }: Flags,
): string | undefined {
  if (console === true) return undefined;
  const ids = Object.keys(officers);
  if (officer === undefined) return ids[0];
  if (ids.includes(officer)) return officer;
  throw new VideoIdError('UNKNOWN_OFFICER', `The settings have no officer "${officer}".`, {
    field: '--officer',
    remedy:
      ids.length === 0
        ? 'Add one to the settings. Or give --console: then a person decides in the provider’s console.'
        : `Give one of: ${ids.join(', ')}. Or leave it out, and give --console.`,
  });
}
