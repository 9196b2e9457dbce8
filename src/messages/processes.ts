/** The fingerprint of a key. Short, and no help to find the key. */
export interface KeyPrint {
  id: string;
  /** Lower-case hex. */
  print: string;
}

/** The keys of a process. In each list the first is used for what is new. */
export interface KeyPrints {
  /** Whether payloads are encrypted. */
  encrypts: boolean;
  codec: KeyPrint[];
  /** `private`: whether the process opens what is sealed to the key. */
  seal: (KeyPrint & { private: boolean })[];
  /** `private`: whether the process signs with the key. */
  orders: (KeyPrint & { private: boolean })[];
}

export const PROCESS_KINDS = ['worker', 'gateway', 'codec-server'] as const;

/** What a running process leaves in the archive and shows in its health, so that `doctor` can compare processes. No secrets. */
export interface ProcessRecord {
  kind: (typeof PROCESS_KINDS)[number];
  /** Name of the machine. */
  host: string;
  /** Where it listens, `host:port`. */
  address: string;
  /** Of its code. */
  version: string;
  /** Its settings file, on its machine. Absent if its settings come from variables. */
  settings?: string;
  /** ISO 8601, UTC. */
  startedAt: string;
  temporal: { address: string; namespace: string; taskQueue: string };
  keys: KeyPrints;
}

/** A process, in words for people. */
export function processWords({ kind, host, address, settings }: Omit<ProcessRecord, 'keys'>): string {
  const file = settings === undefined ? '' : `, settings ${settings}`;
  return `the ${kind.replace('-', ' ')} on ${host} (${address}${file})`;
}
