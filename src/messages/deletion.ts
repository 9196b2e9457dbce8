import type { Actor } from './outcome.js';

/** What is left of a deleted attempt where this software cannot delete, or was told not to. */
export interface Left {
  /** The provider's request ids. The registration authority keeps these requests, with video and certificate. */
  requestPks: string[];
  /** The last of them was still open there at the end. The signer may go on with it, and nobody here notices. */
  open?: true;
  /** Documents that were not deleted at the Optimizer, by index. */
  documents: number[];
  /** Histories in Temporal. They have no documents, and no data of the signer. */
  temporal?: {
    namespace: string;
    /** Then Temporal removes them, ISO 8601. Absent if they could not be asked for. */
    until?: string;
  };
}

/** Who deleted an attempt, and why. It is kept as long as nobody erases it. */
export interface Deletion {
  actor: Actor;
  /** Free words. */
  reason: string;
  left: Left;
}

/** A deleted attempt. */
export interface Tombstone extends Partial<Deletion> {
  /** ISO 8601, UTC. */
  deletedAt: string;
  /** Files that are still to be removed. The sweeper of a worker does it, within a day. */
  files: number;
}
