import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import type { AppConfig, ConfigProblem } from './app-config.ts';
import { readConfigFile } from './config-file.ts';
import { readVariables } from './environment-source.ts';
import { parseEnvironment } from './environment.ts';
import { modelsConfigSchema } from './models-schema.ts';
import { displayPath, resolvePaths } from './paths.ts';
import { loadPrompts } from './prompts.ts';
import { schemaProblems } from './schema-problems.ts';
import { stewardConfigSchema } from './steward-schema.ts';
import { parseYaml } from './yaml-document.ts';

export type LoadedConfig =
  | { readonly ok: true; readonly config: AppConfig }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

/**
 * Reads and validates everything the program is told from outside: variables, .env, YAML, prompts. Reads only, never
 * throws, and reports all that is wrong in one pass.
 */
export function loadConfig(options: {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly projectRoot: string;
}): LoadedConfig {
  const { env, cwd, projectRoot } = options;
  const source = readVariables(env, cwd);
  const { environment, problems: environmentProblems } = parseEnvironment(source.variables);
  const { paths, problems: pathProblems } = resolvePaths(source.variables, cwd, projectRoot);
  const problems: ConfigProblem[] = [...source.problems, ...environmentProblems, ...pathProblems];

  if (!isFolder(paths.config)) {
    problems.push({
      where: source.variables.get('STEWARD_CONFIG')?.where ?? 'environment',
      key: 'STEWARD_CONFIG',
      seen: paths.config,
      expected: 'the folder with steward.yaml, models.yaml and prompts',
      remedy: 'Start Steward in its own folder, or set STEWARD_CONFIG to the folder that holds them.',
    });
    return { ok: false, problems };
  }

  const nameOf = (path: string): string => displayPath(join(paths.config, path), cwd);
  const load = <Schema extends z.ZodType>(file: string, schema: Schema): z.output<Schema> | undefined => {
    const loaded = loadYaml(join(paths.config, file), nameOf(file), schema);
    problems.push(...loaded.problems);
    return loaded.data;
  };
  const steward = load('steward.yaml', stewardConfigSchema);
  const models = load('models.yaml', modelsConfigSchema);
  const { prompts, problems: promptProblems } = loadPrompts(join(paths.config, 'prompts'), nameOf('prompts'));
  problems.push(...promptProblems);

  if (problems.length > 0 || !steward || !models) return { ok: false, problems };
  return { ok: true, config: { paths, environment, steward, models, prompts } };
}

function loadYaml<Schema extends z.ZodType>(
  path: string,
  name: string,
  schema: Schema,
): { readonly data?: z.output<Schema>; readonly problems: readonly ConfigProblem[] } {
  const file = readConfigFile(path, name);
  if (!file.ok) return { problems: [file.problem] };
  const document = parseYaml(file.text, name);
  if (document.value === undefined) return { problems: document.problems };
  const parsed = schema.safeParse(document.value);
  if (!parsed.success)
    return { problems: [...document.problems, ...schemaProblems(schema, document, parsed.error.issues)] };
  return { data: parsed.data, problems: document.problems };
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
