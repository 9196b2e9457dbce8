import type { Connection } from '@temporalio/client';
import { defined } from '../messages/defined.js';
import { isSamePlace, type TemporalPlace } from '../messages/temporal-place.js';
import { CALL_WITHIN, temporalFailure } from './calls.js';
import type { TemporalSettings } from './connection.js';
import { GRPC, grpcStatusOf } from './failures.js';
import { describedNamespace } from './namespace.js';

/** The part of a connection that is needed here. Clients and workers have it. */
type Asked = Pick<Connection, 'workflowService' | 'withDeadline'>;

/** A server that does not let us see its cluster answers like this. Temporal Cloud may. */
const NOT_FOR_US = new Set<number>([GRPC.PERMISSION_DENIED, GRPC.UNAUTHENTICATED, GRPC.UNIMPLEMENTED]);

/** The Temporal of this process. It is asked once, and again only where its answer may have changed. */
export class OwnPlace {
  readonly #connection: Asked;
  readonly #settings: Pick<TemporalSettings, 'namespace' | 'address'>;
  #known: TemporalPlace | undefined;
  #first: Promise<TemporalPlace> | undefined;

  constructor(connection: Asked, settings: Pick<TemporalSettings, 'namespace' | 'address'>) {
    this.#connection = connection;
    this.#settings = settings;
  }

  /**
   * @param within milliseconds
   * @throws VideoIdError TEMPORAL_UNREACHABLE, BAD_SETTING
   */
  async known(within = CALL_WITHIN): Promise<TemporalPlace> {
    if (this.#known !== undefined) return this.#known;
    // Callers who come together ask once.
    this.#first ??= this.now(within).finally(() => (this.#first = undefined));
    return await this.#first;
  }

  /**
   * Asks the server now. While this process runs, the server may be replaced by another, at the same address.
   *
   * @throws VideoIdError TEMPORAL_UNREACHABLE, BAD_SETTING
   */
  async now(within = CALL_WITHIN): Promise<TemporalPlace> {
    this.#known = await this.#connection.withDeadline(Date.now() + within, () => this.#asked());
    return this.#known;
  }

  /** Whether it is this place. @throws VideoIdError as `now` */
  async is(place: TemporalPlace, within = CALL_WITHIN): Promise<boolean> {
    return isSamePlace(place, await this.known(within)) || isSamePlace(place, await this.now(within));
  }

  async #asked(): Promise<TemporalPlace> {
    const { namespace, address } = this.#settings;
    const described = await describedNamespace(this.#connection, this.#settings);
    const namespaceId = described.namespaceInfo?.id ?? '';
    const before = this.#known;
    const clusterId = before?.namespaceId === namespaceId ? before.clusterId : undefined;
    // A global namespace keeps its id when it fails over to another cluster.
    const asked = clusterId === undefined && !described.isGlobalNamespace ? await this.#clusterId() : clusterId;
    return { namespace, namespaceId, ...defined({ clusterId: asked }), address };
  }

  async #clusterId(): Promise<string | undefined> {
    try {
      return (await this.#connection.workflowService.getClusterInfo({})).clusterId || undefined;
    } catch (error) {
      if (NOT_FOR_US.has(grpcStatusOf(error)?.code ?? -1)) return undefined;
      throw temporalFailure(error);
    }
  }
}
