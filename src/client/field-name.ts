/** The name of an input field as a person writes it: `documents[2].name`. */
export function fieldName(path: readonly PropertyKey[], last?: string): string {
  return [...path, ...(last === undefined ? [] : [last])].reduce<string>((name, part) => {
    if (typeof part === 'number') return `${name}[${part}]`;
    return name === '' ? String(part) : `${name}.${String(part)}`;
  }, '');
}
