import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Budget } from '../../src/signatures/pdf/budget.js';
import { FileBytes } from '../../src/signatures/pdf/file-bytes.js';
import type { Change } from '../../src/signatures/changes/change.js';
import { changesBetween } from '../../src/signatures/changes/changes-between.js';
import { LAYOUTS, TRAILER, type Layout } from './rich-pdf.js';
import type { PdfWriter } from './pdf-writer.js';

/** Writes an update after a document, with or without its cross-reference. */
export type Writes = (writer: PdfWriter) => PdfWriter;

/** What changed between two positions of these bytes. */
export async function changeIn(bytes: Buffer, from: number, to = bytes.length): Promise<Change> {
  const folder = await mkdtemp(join(tmpdir(), 'changes-'));
  try {
    const path = join(folder, 'document.pdf');
    await writeFile(path, bytes);
    return await FileBytes.with(path, (file) => changesBetween(file, from, to, new Budget()));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What one update changed. A cross-reference is added if there is none. */
export async function changeBy(layout: Layout, write: Writes, other: Record<number, string> = {}): Promise<Change> {
  const writer = LAYOUTS[layout](other);
  const { start } = writer;
  const from = writer.text.length;
  write(writer);
  if (writer.start === start) closed(writer, layout);
  return changeIn(writer.bytes, from);
}

/** The cross-reference of the written objects, of the same kind as that of the document. */
export function closed(writer: PdfWriter, layout: Layout, trailer = TRAILER): PdfWriter {
  return layout === 'plain' ? writer.table(trailer) : writer.crossReference(90, trailer);
}
