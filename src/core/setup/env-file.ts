/** The text of a `.env` with these values; every other line stays as it is. Undefined takes a value away. */
export function withEnvValues(text: string, values: Readonly<Record<string, string | undefined>>): string {
  let lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  for (const [name, value] of Object.entries(values)) {
    const isOurs = (line: string): boolean => new RegExp(`^\\s*(?:export\\s+)?${name}\\s*=`).test(line);
    const at = lines.findLastIndex(isOurs);
    const before = at === -1 ? lines : lines.slice(0, at);
    const after = at === -1 ? [] : lines.slice(at + 1);
    const here = value === undefined ? [] : [`${name}=${quoted(value)}`];
    lines = [...before.filter((line) => !isOurs(line)), ...here, ...after];
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

/** What Node's parseEnv reads as it stands needs no quotes. */
const quoted = (value: string): string =>
  /^[\w.:/,@%+=~-]*$/.test(value) ? value : value.includes("'") ? `"${value}"` : `'${value}'`;
