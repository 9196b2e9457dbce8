import type { ColumnType, Generated } from 'kysely';

/** Milliseconds since 1970. */
type Time = number;
/** Text that the schemas in `record-schemas.ts` check when it is written and when it is read. */
type Json = string;
type Flag = 0 | 1;

/** One row. */
interface ArchiveTable {
  singleton: 1;
  id: string;
  /** Whether the store of files was made. */
  has_files: Flag;
  /** Whether an archive of an earlier form is being imported. Nobody may use the archive before that is done. */
  importing: Flag;
  created_at: Time;
}

/**
 * One row for each attempt. Its key is the workflow's id. It has no personal data, and stays as a tombstone when the request is
 * deleted.
 */
interface RequestsTable {
  request: string;
  flow: string;
  reference: string;
  attempt: number;
  environment: string;
  registration_authority: string;
  profile: string;
  input_hash: string;
  start_key: string | null;
  /** Made by the client that added the row. See `MarksTable`. */
  token: string;
  /** What else the start decided: policy, review mode, earlier attempt, …. Empty in a tombstone. */
  settings: Json;
  /** The requester's own. `MetadataTable` has the same, for searches. */
  metadata: Json | null;
  created_at: Time;
  /** The Temporal in which it runs. */
  place: Json | null;
  /** Keyed digests of the signer's current data, to look people up. See `PersonDigests`. */
  email_digest: string | null;
  phone_digest: string | null;
  /** The stage in which it stands. `ended` with an outcome. Null before the first envelope of its run. */
  stage: string | null;
  /** The code of its attention. */
  attention: string | null;
  outcome: string | null;
  /** The outcome without its free words. */
  ending: Json | null;
  ended_at: Time | null;
  deleted_at: Time | null;
  /** The highest number given out of each kind. Counting one up also locks the row. */
  corrections: Generated<number>;
  supplements: Generated<number>;
  cards: Generated<number>;
  events: Generated<number>;
}

interface MetadataTable {
  request: string;
  name: string;
  value: string;
  /** As in `requests`, because lists are sorted by it. */
  created_at: Time;
}

/**
 * All personal data and all free words of a request, so that they can be erased alone. `what` says of which row: `signer`,
 * `documents`, `correction-1`, ….
 */
interface PersonalTable {
  request: string;
  what: string;
  content: string;
  /** For encryption, later: the key, and the hash of the content as it is stored. */
  key_id: string | null;
  stored_sha256: string | null;
}

/** The current files. */
interface FilesTable {
  request: string;
  kind: string;
  /** The index of a document, else 0. */
  number: number;
  /** The key of its object in the store of files. */
  object: string;
  size: number;
  sha256: string;
  stored_at: Time;
  /** For encryption, later. */
  key_id: string | null;
  stored_sha256: string | null;
}

/**
 * Objects that are not the current one of a file: not yet, or not any more. The row is added before the first byte is written. Only
 * objects with a row here are ever deleted.
 */
interface ObjectsTable {
  object: string;
  /** Absent for a start that is not committed. */
  request: string | null;
  kind: string;
  number: number;
  /** `writing`: a process writes it, or was killed meanwhile. `replaced` and `discarded`: nobody needs it. `deleting`: a sweeper has claimed it. */
  state: 'writing' | 'replaced' | 'discarded' | 'deleting';
  /** From then on the sweeper may delete it. */
  expires_at: Time;
}

interface MarksTable {
  request: string;
  name: string;
  set_at: Time;
  /** Made by the setter, who recognises its own mark if the answer was lost. */
  token: string;
}

/** Our calls that decide something at the provider. Their free words are personal. */
interface CallsTable {
  request: string;
  name: string;
  content: Json;
}

interface NumberedTable {
  request: string;
  number: number;
  /** Made by the writer. See `MarksTable`. */
  token: string;
}
/** Their content is personal. */
interface CorrectionsTable extends NumberedTable {
  dropped: Flag;
}
/** Their content is personal, but for the digests of the documents. */
interface SupplementsTable extends NumberedTable {
  documents: Json;
}
interface CardsTable extends NumberedTable {
  content: Json;
}
/** The entries of the journal. Their free words are personal. */
interface EventsTable extends NumberedTable {
  at: Time;
  /** The event without its free words. */
  content: Json;
  /** For later: who made the call. */
  principal: string | null;
  /** The chain: the digest of the entry before, and the digest over this one. Entries from before the journal have none. See `chain.ts`. */
  previous_digest: string | null;
  digest: string | null;
  /** The run that told it, and its number there. Null for what happened outside the workflow. */
  run: string | null;
  run_number: number | null;
}

/** The runs that told events of a request. */
interface RunsTable {
  request: string;
  run: string;
  /** The order of their first appearance: 1, 2, …. */
  place: number;
  /** The highest number of its events without a gap. */
  up_to: number;
  /** Whether another run has said that it continues this one. */
  followed: Flag;
  started_at: Time;
}

/** Where a request stands, as its newest run said last. */
interface StandingsTable {
  request: string;
  run: string;
  revision: number;
  written_at: Time;
  content: Json;
  /** What the last try of the current step found, if it failed. */
  failing: Json | null;
}

interface SealedTable {
  request: string;
  name: string;
  content: Json;
}

interface OrdersTable {
  request: string;
  name: string;
  content: Json;
}

/** What the provider gave. The link is personal. */
interface ProviderTable {
  request: string;
  request_pk: string;
  videoid_pk: string | null;
  content: Json;
}

interface UploadsTable {
  request: string;
  content: Json;
}

/** When a request was last read at the provider. */
interface ReadsTable {
  request: string;
  request_pk: string;
  read_at: Time;
}

/** Entries are numbered without a gap, in the order in which they become visible. */
interface FeedTable {
  number: number;
  /** The id of the entry. Entries from before the journal have another token. */
  token: string;
  content: Json;
  written_at: ColumnType<Time, Time | undefined>;
}

/** Numbers that count across requests: of the feed, and one for testing the database. Its rows are locked last in a transaction. */
interface CountersTable {
  name: string;
  value: number;
}

interface OutagesTable {
  environment: string;
  flow: string;
  content: Json;
}

interface ProcessesTable {
  name: string;
  content: Json;
  seen_at: Time;
}

/** The tables of the records. */
export interface Tables {
  archive: ArchiveTable;
  requests: RequestsTable;
  metadata: MetadataTable;
  personal: PersonalTable;
  files: FilesTable;
  objects: ObjectsTable;
  marks: MarksTable;
  calls: CallsTable;
  corrections: CorrectionsTable;
  supplements: SupplementsTable;
  cards: CardsTable;
  events: EventsTable;
  runs: RunsTable;
  standings: StandingsTable;
  sealed: SealedTable;
  orders: OrdersTable;
  provider: ProviderTable;
  uploads: UploadsTable;
  reads: ReadsTable;
  feed: FeedTable;
  counters: CountersTable;
  outages: OutagesTable;
  processes: ProcessesTable;
}

/** Which attempt an id of the provider belongs to. */
interface ProviderIdsTable {
  environment: string;
  request_pk: string;
  workflow_id: string;
  flow: string;
  reference: string;
  attempt: number;
}

/** With which tokens callbacks came, as each gateway counted. */
interface CallbackCountsTable {
  gateway: string;
  content: Json;
  written_at: ColumnType<Time>;
}

/** What the webhook bridge sees. In SQLite it is a file of its own, in PostgreSQL it lies beside the other tables. */
export interface BridgeTables {
  provider_ids: ProviderIdsTable;
  callback_counts: CallbackCountsTable;
}
