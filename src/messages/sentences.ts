/** The words as a whole sentence, with a full stop. */
export function sentence(words: string): string {
  return /[.!?]$/.test(words) ? words : `${words}.`;
}

/** Words to which more is added with a colon or a full stop. */
export function withoutStop(words: string): string {
  return words.replace(/\.$/, '');
}
