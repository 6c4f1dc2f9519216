import { readFileSync } from 'node:fs';
import type { ConfigProblem } from './app-config.ts';
import { errorCode } from './error-code.ts';

export type ConfigFile =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly problem: ConfigProblem };

/** A text file of the configuration, or why it cannot be had. `name` is how problems call it. */
export function readConfigFile(path: string, name: string): ConfigFile {
  try {
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path)) };
  } catch (error) {
    return {
      ok: false,
      problem: { where: name, key: 'the file itself', ...describeFault(errorCode(error), name) },
    };
  }
}

function describeFault(code: string, name: string): Pick<ConfigProblem, 'seen' | 'expected' | 'remedy'> {
  const expected = 'a readable text file';
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return {
        expected,
        remedy: `Restore it (git checkout -- ${name}), or point STEWARD_CONFIG at a folder that has it.`,
      };
    case 'EISDIR':
      return {
        seen: 'a folder',
        expected,
        remedy: `Move the folder away and restore the file (git checkout -- ${name}).`,
      };
    case 'EACCES':
    case 'EPERM':
      return { seen: 'a file that your user may not read', expected, remedy: `chmod u+r ${name}` };
    case 'ERR_ENCODING_INVALID_ENCODED_DATA':
      return { seen: 'bytes that are not UTF-8', expected, remedy: 'Save it again with the encoding UTF-8.' };
    default:
      return {
        seen: `a file that cannot be read (${code})`,
        expected,
        remedy: 'Check the disk, or restore the file.',
      };
  }
}
