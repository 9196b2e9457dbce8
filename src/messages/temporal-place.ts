/** The Temporal in which a request runs. */
export interface TemporalPlace {
  namespace: string;
  /** New for each namespace that is made, also for one of the same name. */
  namespaceId: string;
  /** The id of the cluster. Absent if the server does not say it, or if the namespace may move between clusters. */
  clusterId?: string;
  /** Where it was reached, for people. It may change. */
  address: string;
}

/** Whether both are the same Temporal. Its address does not count. */
export function isSamePlace(one: TemporalPlace, other: TemporalPlace): boolean {
  const clusters = [one.clusterId, other.clusterId];
  return one.namespaceId === other.namespaceId && (clusters.includes(undefined) || clusters[0] === clusters[1]);
}

/** Two places as people tell them apart. Their ids are shown only if nothing else differs. */
export function wordsOfPlaces(lives: TemporalPlace, here: TemporalPlace): { lives: string; here: string } {
  const named = (place: TemporalPlace) => `namespace ${place.namespace} at ${place.address}`;
  if (named(lives) !== named(here)) return { lives: named(lives), here: named(here) };
  const exact = (place: TemporalPlace) => `${named(place)} with the id ${place.namespaceId}`;
  return { lives: exact(lives), here: exact(here) };
}

/** The command with which a person ends a workflow of ours that cannot go on. */
export function terminateCommand(workflow: { address: string; namespace: string; workflowId: string }): string {
  const { address, namespace, workflowId } = workflow;
  return `temporal workflow terminate --address ${address} --namespace ${namespace} --workflow-id ${workflowId}`;
}

/** The facts of a failure that names both. */
export function factsOfPlaces(lives: TemporalPlace, here: TemporalPlace): Record<string, string> {
  return {
    livesInNamespace: lives.namespace,
    livesInNamespaceId: lives.namespaceId,
    livesAt: lives.address,
    namespace: here.namespace,
    namespaceId: here.namespaceId,
    address: here.address,
  };
}
