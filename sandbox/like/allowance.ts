/** No answer of a provider has as many values. */
const MOST_VALUES = 20_000;
/** In all texts and names together. */
const MOST_CHARACTERS = 1_000_000;

/** How much a shape, or an answer made from one, may still hold. Nested lists could ask for more than there is memory. */
export class Allowance {
  private values = MOST_VALUES;
  private characters = MOST_CHARACTERS;

  /** Whether there is room for one more value below this name. */
  takes(name = ''): boolean {
    if (this.values === 0 || name.length > this.characters) return false;
    this.values -= 1;
    this.characters -= name.length;
    return true;
  }

  /** The part of a text for which there is room. */
  cut(text: string): string {
    const part = text.slice(0, this.characters);
    this.characters -= part.length;
    return part;
  }
}
