const DEEPEST = 64;

/**
 * Checks that elements end within their containers (X.690, 8.1). asn1js silently reads past a container's end, so two readers could see
 * different things in the same bytes.
 *
 * @returns the length of the first element in bytes; undefined if it is not well nested
 */
export function lengthOfElement(bytes: Buffer, start = 0, end = bytes.length, depth = 0): number | undefined {
  const header = headerAt(bytes, start, end);
  if (header === undefined || depth > DEEPEST) return undefined;
  let at = header.content;
  if (header.length !== undefined) {
    const stop = at + header.length;
    if (stop > end) return undefined;
    while (header.constructed && at < stop) {
      const length = lengthOfElement(bytes, at, stop, depth + 1);
      if (length === undefined) return undefined;
      at += length;
    }
    return stop - start;
  }
  // Indefinite length: elements up to two zero bytes.
  while (at + 2 <= end && (bytes[at] !== 0 || bytes[at + 1] !== 0)) {
    const length = lengthOfElement(bytes, at, end, depth + 1);
    if (length === undefined) return undefined;
    at += length;
  }
  return header.constructed && at + 2 <= end ? at + 2 - start : undefined;
}

/** `length` undefined: the indefinite form. */
function headerAt(
  bytes: Buffer,
  start: number,
  end: number,
): { constructed: boolean; content: number; length: number | undefined } | undefined {
  const [tag, first] = [bytes[start], bytes[start + 1]];
  // Nothing that we read has tags above 30.
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) return undefined;
  const constructed = (tag & 0x20) !== 0;
  const content = start + 2;
  if (first < 0x80) return { constructed, content, length: first };
  if (first === 0x80) return { constructed, content, length: undefined };
  const count = first & 0x7f;
  if (count > 4 || content + count > end) return undefined;
  return { constructed, content: content + count, length: bytes.readUIntBE(content, count) };
}
