import type { EnrolmentActivities } from '../../messages/activities.js';
import type { ArchiveFile, FileDigest } from '../../archive/archive.js';
import type { RequestKey, RequestPk } from '../../messages/request.js';
import type { Dependencies } from '../engine/dependencies.js';
import { uploadFailure } from '../engine/failures.js';

/**
 * Steps 5 and 6, and `validate`: sends the data given at start and later, then the evidence documents. Update Request is a
 * full PUT, so doing it twice does no harm. A document is marked before its upload and after it. With only the first mark, a
 * retry looks for the document before it uploads it again.
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
    for (const { index, ...document } of documents) {
      await evidence(dependencies, key, requestPk, { kind: 'document', index }, document);
    }
    for (const { file, ...document } of provided.flatMap((supplement) => supplement.documents)) {
      await evidence(dependencies, key, requestPk, { kind: 'supplied', index: file }, document);
    }
    return { missing: await api.missingFields(requestPk) };
  };
}

async function evidence(
  { archive, registrationAuthority }: Dependencies,
  key: RequestKey,
  requestPk: RequestPk,
  file: ArchiveFile & { index: number },
  { name: label, size, sha256 }: FileDigest & { name: string },
): Promise<void> {
  const mark = `evidence-${requestPk}-${file.kind}-${file.index}`;
  if (await archive.hasMark(key, mark)) return;
  const api = registrationAuthority(key.environment);
  const first = await archive.mark(key, `${mark}-sent`);
  if (first || !(await api.hasEvidence(requestPk, sha256))) {
    const open = () => archive.openFile(key, file, { size, sha256 });
    await api.uploadEvidence(requestPk, { open, label, index: file.index }).catch((error: unknown) => {
      throw uploadFailure(error, file.index);
    });
  }
  await archive.mark(key, mark);
}
