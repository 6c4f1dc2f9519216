import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ConfigProblem, Prompt } from './app-config.ts';
import { readConfigFile } from './config-file.ts';
import { errorCode } from './error-code.ts';

const requiredPrompts = ['chat', 'summary'];

/** Every `*.md` of the folder by its name; the required ones must be there, and none may be empty. */
export function loadPrompts(
  folder: string,
  name: string,
): { readonly prompts: Readonly<Record<string, Prompt>>; readonly problems: readonly ConfigProblem[] } {
  const listed = listPrompts(folder, name);
  if (!listed.ok) return { prompts: {}, problems: [listed.problem] };
  const problems: ConfigProblem[] = [];
  const prompts = new Map<string, Prompt>();
  for (const prompt of new Set([...requiredPrompts, ...listed.names])) {
    const file = readConfigFile(join(folder, `${prompt}.md`), `${name}/${prompt}.md`);
    if (!file.ok) problems.push(file.problem);
    else if (file.text.trim() === '') problems.push(emptyPrompt(`${name}/${prompt}.md`));
    else prompts.set(prompt, asPrompt(file.text.trim()));
  }
  return { prompts: Object.fromEntries(prompts), problems };
}

const asPrompt = (text: string): Prompt => ({ text, hash: createHash('sha256').update(text).digest('hex') });

type Listing =
  | { readonly ok: true; readonly names: readonly string[] }
  | { readonly ok: false; readonly problem: ConfigProblem };

function listPrompts(folder: string, name: string): Listing {
  try {
    const names = readdirSync(folder)
      .filter((file) => file.endsWith('.md') && !file.startsWith('.'))
      .map((file) => file.slice(0, -'.md'.length))
      .toSorted();
    return { ok: true, names };
  } catch (error) {
    const code = errorCode(error);
    // A missing folder shows as its missing files.
    if (code === 'ENOENT') return { ok: true, names: [] };
    const problem = {
      where: name,
      key: 'the folder itself',
      seen: code === 'ENOTDIR' ? 'a file' : `a folder that cannot be read (${code})`,
      expected: 'a readable folder with the prompts',
      remedy: `Restore it (git checkout -- ${name}).`,
    };
    return { ok: false, problem };
  }
}

const emptyPrompt = (where: string): ConfigProblem => ({
  where,
  key: 'the file itself',
  seen: 'an empty file',
  expected: 'the text of the prompt',
  remedy: `Write it, or restore the one that shipped (git checkout -- ${where}).`,
});
