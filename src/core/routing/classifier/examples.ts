import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Agent, Difficulty } from '../../contracts/routing.ts';

/** A message with what is right for it: one line of training/routing/messages/LANG.tsv, as its README says. */
export interface LabelledExample {
  readonly lang: string;
  readonly text: string;
  readonly context?: readonly string[];
  readonly agent: Agent;
  readonly difficulty: Difficulty;
  readonly sensitive: boolean;
  /** It may have nothing to do with its context; nobody has said which of them do. */
  readonly mayStandAlone?: boolean;
}

const agents: Readonly<Record<string, Agent>> = {
  T: 'chat',
  C: 'code',
  R: 'research',
  F: 'fileops',
  S: 'skill',
};
const difficulties: Readonly<Record<string, Difficulty>> = { 1: 'simple', 2: 'medium', 3: 'complex' };

export const examplesFolder = join(import.meta.dirname, '../../../../training/routing/messages');

export function readExamples(folder = examplesFolder): LabelledExample[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.tsv'))
    .toSorted()
    .flatMap((name) =>
      readFileSync(join(folder, name), 'utf8')
        .split('\n')
        .filter((line) => line.trim() !== '')
        .map((line, index) => messageOf(line, name.slice(0, 2), `${name}:${index + 1}`)),
    );
}

function messageOf(line: string, lang: string, where: string): LabelledExample {
  const [code = '', text, ...context] = line
    .split('\t')
    .map((field) => field.replaceAll(String.raw`\n`, '\n'));
  const agent = agents[code[0] ?? ''];
  const difficulty = difficulties[code[1] ?? ''];
  if (!agent || !difficulty || !text || !/^..[.!]$/.test(code))
    throw new Error(`${where}: not CODE<TAB>text`);
  return {
    lang,
    text,
    agent,
    difficulty,
    sensitive: code[2] === '!',
    ...(context.length > 0 && { context }),
    ...(where.includes('-next') && { mayStandAlone: true }),
  };
}
