import { homedir } from 'node:os';
import { join, relative, resolve, sep } from 'node:path';
import type { AppConfig, ConfigProblem } from './app-config.ts';
import type { Variable } from './environment-source.ts';

/** The folders Steward lives in, absolute. The workspace must not hold the other two: agents write there. */
export function resolvePaths(
  variables: ReadonlyMap<string, Variable>,
  cwd: string,
  projectRoot: string,
): { readonly paths: AppConfig['paths']; readonly problems: readonly ConfigProblem[] } {
  const folder = (name: string, fallback: string): string =>
    resolve(cwd, expandHome(variables.get(name)?.value ?? fallback, variables));
  const paths = {
    home: folder('STEWARD_HOME', 'data'),
    config: folder('STEWARD_CONFIG', 'config'),
    workspace: folder('STEWARD_WORKSPACE', 'workspace'),
    migrations: join(projectRoot, 'migrations'),
  };
  const problems: ConfigProblem[] = [];
  for (const [name, path] of [
    ['STEWARD_HOME', paths.home],
    ['STEWARD_CONFIG', paths.config],
  ] as const)
    if (isWithin(path, paths.workspace))
      problems.push({
        where: (variables.get('STEWARD_WORKSPACE') ?? variables.get(name))?.where ?? 'environment',
        key: 'STEWARD_WORKSPACE',
        seen: paths.workspace,
        expected: `a folder that does not contain ${name} (${path}): agents may change what is in it`,
        remedy: `Give the workspace a folder of its own, or move ${name} out of it.`,
      });
  return { paths, problems };
}

/** Is `path` that folder or something in it? Both absolute; links are not looked at. */
export function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && resolve(folder, way) === path);
}

/** A path as a problem names it: from the working folder where that is shorter. */
export function displayPath(path: string, cwd: string): string {
  return isWithin(path, cwd) ? relative(cwd, path) || '.' : path;
}

// A shell expands `~`, .env does not, and a folder named ~ is never what was meant.
const expandHome = (path: string, variables: ReadonlyMap<string, Variable>): string =>
  /^~(?=\/|$)/.test(path) ? (variables.get('HOME')?.value ?? homedir()) + path.slice(1) : path;
