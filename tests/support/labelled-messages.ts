import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { projectRoot } from './project-root.ts';

/** What the fields mean stands in tests/fixtures/routing/README.md. */
const labelledSchema = z.strictObject({
  id: z.string().regex(/^[a-z]{2}-\d{3}$/),
  lang: z.string().length(2),
  text: z.string().min(1),
  context: z.array(z.string().min(1)).min(1).optional(),
  agent: z.enum(['chat', 'code', 'research', 'fileops', 'skill']),
  difficulty: z.enum(['simple', 'medium', 'complex']),
  sensitive: z.boolean(),
  kind: z.enum(['short-hard', 'long-easy', 'follow-up', 'unnamed-sensitive']).optional(),
});

export type LabelledMessage = z.infer<typeof labelledSchema>;

const folder = join(projectRoot, 'tests/fixtures/routing');

/** All labelled messages, in the order of their files. */
export function labelledMessages(): LabelledMessage[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').trimEnd().split('\n'))
    .map((line) => labelledSchema.parse(JSON.parse(line)));
}

/** The split is made once and for all by the id: rules and models are tuned on one part and never look at the other. */
export function partOf({ id }: Pick<LabelledMessage, 'id'>): 'tune' | 'untouched' {
  const [first = 0] = createHash('sha256').update(`router split 1 ${id}`).digest();
  return first < 128 ? 'tune' : 'untouched';
}
