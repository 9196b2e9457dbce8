/** A call's path with the names of ids in place of ids. What is neither documented nor an id of this probe is `{…}`. */
const PARTS: ReadonlySet<string> = new Set(
  [
    'videoid approve refuse evidences video request document original signed contract otp sign token tokens image',
    'scratchcards get_first_unused isused requests cancel validate upload_videoid_evidence generates_tbs_receipt',
    'pl_get_documents pl_get_document generate_document pl_approve refuse_videoid validate_videoid preauthlink',
    'no-such-call',
  ].flatMap((parts) => parts.split(' ')),
);

/** Values of the query that are ours. */
const QUERY: ReadonlySet<string> = new Set(['signed', 'original']);

export function pathShown(path: string, nameOf: (id: string) => string | undefined): string {
  return path
    .split('/')
    .map((part) => (part === '' || PARTS.has(part) ? part : `{${nameOf(decodeURIComponent(part)) ?? '…'}}`))
    .join('/');
}

export function queryShown(
  query: Readonly<Record<string, string>>,
  nameOf: (id: string) => string | undefined,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, QUERY.has(value) ? value : `{${nameOf(value) ?? '…'}}`]),
  );
}
