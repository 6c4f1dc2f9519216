import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConfigProblem } from '../../src/core/config/app-config.ts';
import { type LoadedConfig, loadConfig } from '../../src/core/config/load.ts';
import { projectRoot } from './project-root.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** The configuration as it ships, in a folder of its own where a test may break it. */
export interface ConfigCopy {
  readonly cwd: string;
  path(file: string): string;
  /** Replaces `from`, which must be there, in a file of the copy. */
  edit(file: string, from: string, to: string): void;
  write(file: string, text: string | Uint8Array): void;
  load(env?: NodeJS.ProcessEnv): LoadedConfig;
  /** The problems of a load that must fail. */
  problems(env?: NodeJS.ProcessEnv): readonly ConfigProblem[];
}

export function copyConfig(): ConfigCopy {
  const cwd = temporaryFolder();
  cpSync(join(projectRoot, 'config'), join(cwd, 'config'), { recursive: true });
  const path = (file: string): string => join(cwd, file);
  const load = (env: NodeJS.ProcessEnv = {}): LoadedConfig => loadConfig({ env, cwd, projectRoot });
  return {
    cwd,
    path,
    write(file, text) {
      mkdirSync(join(path(file), '..'), { recursive: true });
      writeFileSync(path(file), text);
    },
    edit(file, from, to) {
      const before = readFileSync(path(file), 'utf8');
      if (!before.includes(from)) throw new Error(`${file} does not contain ${from}`);
      writeFileSync(path(file), before.replace(from, to));
    },
    load,
    problems(env) {
      const loaded = load(env);
      if (loaded.ok) throw new Error('this configuration was meant to be wrong');
      return loaded.problems;
    },
  };
}
