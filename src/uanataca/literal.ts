/** The source of a regular expression that matches exactly this text, with or without the `u` flag. */
export function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}
