import type { Actor } from './outcome.js';
import type { RequestEvent, RequestStatus } from './status.js';

/** The most events in one envelope. */
export const MOST_EVENTS = 50;
/** The most characters of events in one envelope, as JSON. A longer event comes alone. */
export const MOST_TEXT = 64_000;

/** An event as the run of the request counts: 1, 2, …. */
export interface RunEvent extends RequestEvent {
  number: number;
}

/** Where a request stands, as its run says it. What the archive knows anyway, and the events, are not in it. */
export type Stand = Omit<
  RequestStatus,
  | 'reference'
  | 'attempt'
  | 'workflowId'
  | 'flow'
  | 'registrationAuthority'
  | 'reviewMode'
  | 'metadata'
  | 'events'
  | 'event'
  | 'asOf'
  | 'behind'
  | 'worker'
  | 'callbacks'
  | 'failing'
  | 'outcome'
>;

/**
 * What a run of a request gives to each of its activities, beside the order: where it stands, and the events that the archive has not
 * acknowledged yet. So every event is in the history before it is in the archive.
 */
export interface Envelope {
  /** The run in which the activity was scheduled. After a reset, the request goes on in another one. */
  run: string;
  /** When the run was started, ISO 8601, by Temporal's clock. A run after a reset has the time of the one before. */
  started: string;
  /** The runs that this one continues after a reset, and how many of its events they had written. The last one comes last. */
  earlier?: Acknowledged[];
  /** Counts the envelopes of the run, 1, 2, …. A newer one has the newer status. */
  revision: number;
  /** So many events are acknowledged. */
  after: number;
  /** The events that follow them. At most `MOST_EVENTS`. */
  events: RunEvent[];
  stand: Stand;
  /** The step records the end. It may run only when all events are written. */
  last?: true;
}

/** What the archive has of the events of a run. */
export interface Acknowledged {
  run: string;
  /** The highest number without a gap. */
  upTo: number;
}

/** The answer of an activity, and what its envelope came to. */
export interface Journaled<Result> {
  /** Absent if the step did not run. Events before those of the envelope are missing, or for the last step any, or the run was reset. */
  done?: { value: Result };
  /** Absent if the archive could not be written. The events are given again. */
  acknowledged?: Acknowledged;
}

/** An entry of the journal: an event of the workflow, or of somebody who acts outside it. */
export interface JournalEntry {
  /** Counts the entries of the request, 1, 2, …, without a gap. */
  number: number;
  /** ISO 8601, UTC. */
  at: string;
  what: string;
  actor?: Actor;
  /** Only of events outside the workflow. Where: `web`, `cli`, …. */
  channel?: string;
  facts?: Record<string, string | number | boolean>;
  /** The run that told it. Absent if it was outside the workflow. */
  run?: string;
}

/** What the archive says about a request that has not ended. */
export interface Standing {
  stand: Stand;
  run: string;
  /** The highest number of that run's events without a gap. */
  upTo: number;
  revision: number;
  /** The number of the newest entry of the journal. */
  event: number;
  /** When it was written, ISO 8601, by the clock of the database. */
  at: string;
  /** Another run goes on with the request, and has told nothing yet. */
  over?: true;
  /** The step that is carried out, if its last try failed. */
  failing?: FailedTry;
}

/** What the last try of a step found. */
export interface FailedTry {
  /** Name of the activity. */
  step: string;
  code: string;
  words: string;
  /** When its first try failed, ISO 8601. */
  since: string;
  tries: number;
}

/** In the answer to an order: how many events of its run there were when it was answered. */
export interface Told {
  run: string;
  number: number;
}
