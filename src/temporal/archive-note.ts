import type { Connection } from '@temporalio/client';
import { VideoIdError } from '../messages/failures.js';
import { GRPC, grpcStatusOf } from './failures.js';
import { describedNamespace } from './namespace.js';

/**
 * Which archive an installation has. `videoid setup` notes it in the namespace, because that is the place which all processes share and
 * which does not go away together with the archive.
 */
export interface ArchiveNote {
  id: string;
  /** Where the machine of the set-up saw it. */
  place: string;
}

/** Undefined if nothing is noted, or if Temporal does not show the namespace. @throws VideoIdError TEMPORAL_UNREACHABLE, BAD_SETTING */
export async function readArchiveNote(connection: Asked, place: Place): Promise<ArchiveNote | undefined> {
  try {
    const { namespaceInfo } = await describedNamespace(connection, place);
    return noteOf(namespaceInfo?.data?.[nameOf(place.taskQueue)]);
  } catch (error) {
    if (mayNot(error)) return undefined;
    throw error;
  }
}

/** False if Temporal does not let us note it. */
export async function writeArchiveNote(
  connection: Asked,
  { namespace, taskQueue }: Omit<Place, 'address'>,
  { id, place }: ArchiveNote,
): Promise<boolean> {
  const data = { [nameOf(taskQueue)]: `${id} ${place}` };
  try {
    await connection.workflowService.updateNamespace({ namespace, updateInfo: { data } });
    return true;
  } catch (error) {
    if (mayNot(error)) return false;
    throw error;
  }
}

/** @throws VideoIdError ARCHIVE_NOT_SHARED if the installation has another archive */
export function assertNoted(note: ArchiveNote | undefined, here: ArchiveNote): void {
  if (note === undefined || note.id === here.id) return;
  throw new VideoIdError('ARCHIVE_NOT_SHARED', `The archive in ${here.place} is not the one of this installation.`, {
    field: 'archive',
    remedy: `Mount the right archive there, or correct the settings of the archive (archive.*). At the last set-up it was in ${note.place}.`,
    facts: { here: here.id, wanted: note.id },
  });
}

type Asked = Pick<Connection, 'workflowService'>;

interface Place {
  address: string;
  namespace: string;
  /** A namespace may have several installations. */
  taskQueue: string;
}

function nameOf(taskQueue: string): string {
  return `videoid.archive.${taskQueue}`;
}

function noteOf(text: string | undefined): ArchiveNote | undefined {
  const [, id, place] = /^(\S+) (.+)$/s.exec(text ?? '') ?? [];
  return id === undefined || place === undefined ? undefined : { id, place };
}

const NOT_FOR_US = new Set<number>([GRPC.PERMISSION_DENIED, GRPC.UNAUTHENTICATED, GRPC.UNIMPLEMENTED]);

/** Not every server lets us see or change a namespace. Temporal Cloud has an API of its own for that. */
function mayNot(error: unknown): boolean {
  return NOT_FOR_US.has(grpcStatusOf(error)?.code ?? -1);
}
