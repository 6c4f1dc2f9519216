// Names under which libraries and our own objects carry secrets; `inputTokens` and its like are none.
const key = String.raw`(?:[\w-]{0,40}(?:token|secret|password|passphrase|api[_-]?key)|(?:proxy-)?authorization|(?:set-)?cookie|initData)`;

const field = new RegExp(String.raw`("${key}"\s*:\s*")(?:\\[^]|[^"\\])*`, 'gi');
// JSON inside a string of JSON: every quote and backslash of it is escaped once more.
const nestedField = new RegExp(String.raw`(\\"${key}\\"\s*:\s*\\")(?:\\\\(?:\\[^]|[^\\])|[^"\\])*`, 'gi');

/** Hides the text values of fields whose name says secret, at any depth of a line of JSON. */
export function hideSecretFields(line: string): string {
  return line.replace(field, '$1[hidden]').replace(nestedField, '$1[hidden]');
}
