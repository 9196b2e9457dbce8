import type { Config, EnvironmentConfig, RegistrationAuthorityConfig } from '../config.js';
import type { Assumption } from '../uanataca/assumption-list.js';
import type { CallbackSources } from './callbacks/callbacks.js';
import { type Context, type Step, follow } from './course.js';
import type { FoundSetting } from './file.js';
import type { Conclude } from './findings.js';
import type { People } from './people.js';
import type { ProbeRun } from './run.js';

/** The registration authority that is tried, and its environment. */
export interface Place {
  /** Name of the environment. */
  name: string;
  environment: EnvironmentConfig;
  authority: RegistrationAuthorityConfig;
}

/** How a probe runs, new or taken up again. */
export interface ProbeOptions {
  config: Config;
  people: People;
  /** Whether the requests beside the first are made. */
  others: boolean;
  /** Milliseconds between two reads, and the longest wait. */
  poll: number;
  patience: number;
  /** Whether the provider is our sandbox: then it confirms nothing. */
  simulated: boolean;
  /** Where callbacks come from. */
  callbacks: CallbackSources;
  /** Gives the provider the address for callbacks, if that needs no person. Returns the end of it. */
  announce?: (address: string) => Promise<() => Promise<void>>;
}

/** What a flow is tried with. */
export interface Preparation {
  run: ProbeRun;
  options: ProbeOptions;
  place: Place;
  /** For files of this run. It is removed in the end. */
  folder: string;
}

/** A flow, ready to be tried. */
export interface Course {
  /** @throws VideoIdError, Stopped */
  follow(): Promise<void>;
  close(): Promise<void>;
}

/** What a probe tries, and what it concludes from it. */
export interface ProbeFlow {
  assumptions: readonly Assumption[];
  conclusions: Readonly<Record<string, Conclude>>;
  /** The assumptions that the settings have changed. @throws VideoIdError BAD_SETTING if they lack what the flow needs */
  assumed(place: Place): Record<string, FoundSetting>;
  /** @throws VideoIdError, Stopped */
  prepare(preparation: Preparation): Promise<Course>;
}

/** A flow that follows these steps. */
export function courseOf<At extends Context & { close(): Promise<void> }>(steps: readonly Step<At>[], at: At): Course {
  return { follow: () => follow(steps, at), close: () => at.close() };
}

/** The assumptions that the settings have changed. */
export function changedFrom<Assumed extends object>(defaults: Assumed, set: Assumed): Record<string, FoundSetting> {
  return Object.fromEntries(
    Object.entries(set).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(Reflect.get(defaults, name)),
    ),
  ) as Record<string, FoundSetting>;
}
