import type { z } from 'zod';
import type { ConfigProblem } from './app-config.ts';
import { formatKeyPath, type KeyPath, valueAt } from './key-path.ts';
import { nearest } from './nearest.ts';
import { describeValue, maskSecret } from './problems.ts';
import { describeOutline, type Outline, outlineAt, outlineOf } from './schema-outline.ts';
import type { YamlDocument } from './yaml-document.ts';

type Issue = z.core.$ZodIssue;

/** What a schema says about a document, in plain words and with the line of each key. */
export function schemaProblems(
  schema: z.ZodType,
  document: YamlDocument,
  issues: readonly Issue[],
): readonly ConfigProblem[] {
  const outline = outlineOf(schema);
  const problems: ConfigProblem[] = [];
  const reported = new Set<string>();
  for (const issue of issues) {
    if (issue.code === 'unrecognized_keys')
      for (const key of issue.keys) problems.push(unknownKey([...issue.path, key], document, outline));
    else {
      const key = formatKeyPath(issue.path);
      // Two complaints about one value are one thing to mend.
      if (!reported.has(key)) problems.push(wrongValue(issue, document, outline));
      reported.add(key);
    }
  }
  return problems;
}

function wrongValue(issue: Issue, document: YamlDocument, outline: Outline): ConfigProblem {
  const { path } = issue;
  const seen = describeValue(valueAt(document.value, path));
  const expected = expectation(issue, outlineAt(outline, path));
  const group = formatKeyPath(path.slice(0, -1));
  const missing = path.length > 1 ? `Add it under ${group}:` : 'Add it at the top level of the file';
  return {
    where: document.where(path),
    key: formatKeyPath(path),
    ...(seen === undefined ? {} : { seen }),
    expected,
    remedy: seen === undefined ? `${missing}.` : 'Change the value, then start again.',
  };
}

/** The schema's own words where it has some, else what kind and size of value it takes. */
function expectation(issue: Issue, outline: Outline | undefined): string {
  const hasOwnWords =
    issue.code === 'custom' || (issue.code === 'invalid_format' && !issue.message.startsWith('Invalid'));
  return hasOwnWords || !outline ? issue.message : describeOutline(outline);
}

function unknownKey(path: KeyPath, document: YamlDocument, outline: Outline): ConfigProblem {
  const name = String(path.at(-1));
  const group = path.slice(0, -1);
  const knownKeys = Object.keys(outlineAt(outline, group)?.properties ?? {});
  const present = valueAt(document.value, group);
  const meant = nearest(name, knownKeys);
  const value = valueAt(document.value, path);
  const seen =
    typeof value === 'string' && /key|token|secret|pass/i.test(name)
      ? maskSecret(value)
      : describeValue(value);
  const remedy = !meant
    ? 'Remove the line.'
    : typeof present === 'object' && present !== null && Object.hasOwn(present, meant)
      ? `Remove the line: ${meant} is there already.`
      : `Did you mean ${meant}? Rename it.`;
  return {
    where: document.where(path),
    key: formatKeyPath(path),
    ...(seen === undefined ? {} : { seen }),
    expected: knownKeys.length === 0 ? 'no key of this name' : `one of the keys ${knownKeys.join(', ')}`,
    remedy,
  };
}
