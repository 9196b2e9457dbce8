import { Refusal } from './change.js';

/** How often each word is at a place where it belongs. */
export interface WordCount {
  objects: number;
  streams: number;
  tables: number;
  updates: number;
}

/**
 * Readers that repair a file search it for words, also in comments, streams and texts. All readers search for the last `startxref`.
 * They must find exactly the words that we found. Throws `Refusal`.
 */
export function refuseMisleadingWords(text: string, { objects, streams, tables, updates }: WordCount): void {
  const expected: [RegExp, number][] = [
    [/\d[\s\0]+obj/g, objects],
    [/endobj/g, objects],
    [/endstream/g, streams],
    [/(?<!end)stream[\r\n]/g, streams],
    [/(?<!start)xref/g, tables],
    [/trailer/g, tables],
    [/startxref/g, updates],
    [/%%EOF/g, updates],
    [/%PDF-/g, 0],
  ];
  for (const [word, count] of expected)
    if ((text.match(word) ?? []).length !== count) throw new Refusal('a word that misleads readers');
}
