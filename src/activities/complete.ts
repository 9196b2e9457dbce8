import type { EnrolmentActivities } from '../messages/activities.js';
import type { ArchiveFile } from '../archive/archive.js';
import type { RequestKey, RequestPk } from '../messages/request.js';
import type { Dependencies } from './dependencies.js';

/**
 * Seed steps 5 and 6, and `validate`: the data given at start and later, then the evidence documents. Update Request is a
 * full PUT, so doing it twice does no harm; a document is marked before and once it is up, and in between it is looked for.
 */
export function complete(dependencies: Dependencies): EnrolmentActivities['complete'] {
  return async (key, { requestPk, supplements }) => {
    const { archive } = dependencies;
    const api = dependencies.registrationAuthority(key.environment);
    const { documents, enrolment } = await archive.readRequest(key);
    const all = await archive.supplements(key);
    const provided = supplements.map((number) => all[number - 1]).filter((supplement) => supplement !== undefined);
    const fields = Object.assign({}, enrolment?.fields, ...provided.map((supplement) => supplement.fields)) as Record<
      string,
      string
    >;
    if (Object.keys(fields).length > 0) await api.updateRequest(requestPk, await api.getRequest(requestPk), fields);
    for (const { index, name, sha256 } of documents) {
      await evidence(dependencies, key, requestPk, { kind: 'document', index }, { label: name, sha256 });
    }
    for (const { file, name, sha256 } of provided.flatMap((supplement) => supplement.documents)) {
      await evidence(dependencies, key, requestPk, { kind: 'supplied', index: file }, { label: name, sha256 });
    }
    return { missing: await api.missingFields(requestPk) };
  };
}

async function evidence(
  { archive, registrationAuthority }: Dependencies,
  key: RequestKey,
  requestPk: RequestPk,
  file: ArchiveFile & { index: number },
  { label, sha256 }: { label: string; sha256: string },
): Promise<void> {
  const mark = `evidence-${requestPk}-${file.kind}-${file.index}`;
  if (await archive.hasMark(key, mark)) return;
  const api = registrationAuthority(key.environment);
  const first = await archive.mark(key, `${mark}-sent`);
  if (first || !(await api.hasEvidence(requestPk, sha256))) {
    const { path, size } = await archive.locateFile(key, file);
    await api.uploadEvidence(requestPk, { path, size, label, index: file.index });
  }
  await archive.mark(key, mark);
}
