import { defined } from '../../messages/defined.js';
import { TooComplexError } from './budget.js';
import { isNull, type PdfDocument } from './document.js';
import { fieldsOf, type FormField } from './form-fields.js';
import { isWhole, nameIn, type PdfDictionary, type PdfValue } from './syntax.js';
import { timeIn } from './text-time.js';

/** The changes that a certification allows (ISO 32000-1, 12.8.2.2): 1 none, 2 forms and signatures, 3 annotations too. */
export type ModificationLevel = 1 | 2 | 3;

/** A signature that a field of the form has as its value (ISO 32000-1, 12.7.4.5 and 12.8.1). Positions in the file, bytes. */
export interface PdfSignature {
  kind: 'signature' | 'document-timestamp';
  /** The name of the field, and the object numbers of field and dictionary, if they have one. */
  field: string;
  fieldNumber?: number;
  number?: number;
  /** Empty if the dictionary has none. */
  subFilter: string;
  /** `/M`, the time that the signer's software states. */
  statedTime?: Date;
  /** What may change after it, by the author's certification or the field's lock. */
  allows?: ModificationLevel;
  /**
   * The signed bytes: 0 to `gap.start`, and `gap.end` to `end`. The gap is exactly the hexadecimal text of `/Contents`.
   * Undefined if the byte range does not fit the dictionary, or is not inside the file.
   */
  range?: SignedRange;
  /** The byte range fits, but ends after the end of the file: the file was cut. */
  isCut?: true;
}

export interface SignedRange {
  gap: { start: number; end: number };
  end: number;
}

const MOST_SIGNATURES = 200;
/** Far more than a CMS with certificates, revocation lists and timestamp. Bytes of hexadecimal text. */
const LARGEST_CONTENTS = 8 * 1024 * 1024;

/**
 * All signatures that the form leads to, in the order of what they cover. Those whose byte range does not fit come first.
 * Only the value of a field is a signature, not something similar in a comment, a string, a stream or another object.
 *
 * Throws `PdfStructureError`, and `TooComplexError`.
 */
export async function signaturesOf(document: PdfDocument): Promise<PdfSignature[]> {
  const signatures: PdfSignature[] = [];
  const seen = new Set<number>();
  for await (const field of fieldsOf(document)) {
    if (field.type !== 'Sig' || field.value === undefined) continue;
    // A widget inherits the value of its field.
    if (field.value.kind === 'reference') {
      if (seen.has(field.value.object)) continue;
      seen.add(field.value.object);
    } else if (!field.dictionary.entries.has('V')) continue;
    const value = await document.resolve(field.value);
    if (isNull(value)) continue;
    signatures.push(await signatureAt(document, field, value));
    if (signatures.length > MOST_SIGNATURES) throw new TooComplexError('signatures');
  }
  return signatures.toSorted((one, other) => (one.range?.end ?? 0) - (other.range?.end ?? 0));
}

async function signatureAt(document: PdfDocument, field: FormField, value: PdfValue): Promise<PdfSignature> {
  const number = field.value?.kind === 'reference' ? field.value.object : undefined;
  const numbers = {
    ...defined({ fieldNumber: field.number, number }),
  };
  // A value that is not a dictionary is a signature that nobody can check.
  if (value.kind !== 'dictionary') return { kind: 'signature', field: field.name, ...numbers, subFilter: '' };
  const subFilter = nameIn(value, 'SubFilter');
  const statedTime = timeIn(value, 'M');
  const range = await rangeOf(document, number ?? field.number, value);
  const isCut = range !== undefined && range.end > document.end;
  const allows = (await certificationIn(document, value)) ?? (await lockOf(document, field.dictionary));
  return {
    kind: nameIn(value, 'Type') === 'DocTimeStamp' || subFilter === 'ETSI.RFC3161' ? 'document-timestamp' : 'signature',
    field: field.name,
    ...numbers,
    subFilter,
    ...defined({ statedTime, allows }),
    ...(isCut ? { isCut } : {}),
    ...(range === undefined || isCut ? {} : { range }),
  };
}

/** The range must start with the file and leave out only `/Contents`. `holder`: the object that contains the dictionary. */
async function rangeOf(
  document: PdfDocument,
  holder: number | undefined,
  dictionary: PdfDictionary,
): Promise<SignedRange | undefined> {
  const object = holder === undefined ? undefined : await document.object(holder);
  const [contents, range] = [
    dictionary.entries.get('Contents'),
    await document.items(dictionary.entries.get('ByteRange')),
  ];
  const [start, before, after, rest, ...more] = (range ?? []).map((item) => (isWhole(item) ? item.value : undefined));
  if (object?.offset === undefined || dictionary.repeatedKeys || contents?.kind !== 'text' || !contents.hexadecimal)
    return undefined;
  if (start !== 0 || before === undefined || after === undefined || rest === undefined || more.length > 0)
    return undefined;
  const gap = { start: object.offset + contents.start, end: object.offset + contents.end };
  const fits = before === gap.start && after === gap.end && gap.end - gap.start <= LARGEST_CONTENTS;
  return fits ? { gap, end: after + rest } : undefined;
}

/** What the author of the document allows: `/Perms` of the catalog leads to the signature (ISO 32000-1, 12.8.4). */
export async function certificationOf(document: PdfDocument): Promise<ModificationLevel | undefined> {
  const { value: catalog } = await document.catalog();
  const permissions = await document.dictionary(catalog.entries.get('Perms'));
  const signature = await document.dictionary(permissions?.entries.get('DocMDP'));
  return signature === undefined ? undefined : ((await certificationIn(document, signature)) ?? 2);
}

/** What a signature allows for the whole document: the level of its transform `DocMDP`. */
async function certificationIn(
  document: PdfDocument,
  signature: PdfDictionary,
): Promise<ModificationLevel | undefined> {
  for (const item of (await document.items(signature.entries.get('Reference'))) ?? []) {
    const reference = await document.dictionary(item);
    const method = reference && (await document.get(reference, 'TransformMethod'));
    if (method?.kind !== 'name' || method.value !== 'DocMDP') continue;
    const parameters = await document.dictionary(reference?.entries.get('TransformParams'));
    return levelOf(parameters && (await document.get(parameters, 'P'))) ?? 2;
  }
  return undefined;
}

/** `/P` of a signature field's lock (ISO 32000-2, table 236). */
async function lockOf(document: PdfDocument, field: PdfDictionary): Promise<ModificationLevel | undefined> {
  const lock = await document.dictionary(field.entries.get('Lock'));
  return lock === undefined ? undefined : levelOf(await document.get(lock, 'P'));
}

function levelOf(value: PdfValue | undefined): ModificationLevel | undefined {
  const level = value?.kind === 'number' ? value.value : undefined;
  return level === 1 || level === 2 || level === 3 ? level : undefined;
}
