import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { LabelledExample } from './examples.ts';
import { agents, difficulties, type Opinion } from './feature-layer.ts';

/** The second layer: what the most similar labelled messages were. */
export interface Neighbours {
  /** Undefined while the examples have no vectors yet, or where the embedder does not know the language. */
  opinion(text: string, language: string | undefined, signal: AbortSignal): Promise<Opinion | undefined>;
  /** Gives the examples their vectors, in the background; kept in a file for the next start. */
  prepare(signal: AbortSignal): Promise<void>;
}

const batchSize = 16;
const neighbourCount = 12;
/** How fast the say of a neighbour falls with its distance. */
const sharpness = 14;
const shownCharacters = 1_000;

export function createNeighbours(options: {
  readonly examples: readonly LabelledExample[];
  /** The name of the embedder: another one needs vectors of its own. */
  readonly model: string;
  /** The languages that the embedder knows; undefined: all. */
  readonly languages: readonly string[] | undefined;
  /** Where the vectors are kept. */
  readonly folder: string;
  embed(texts: readonly string[], signal: AbortSignal): Promise<readonly (readonly number[])[]>;
}): Neighbours {
  const { model, languages, folder } = options;
  const examples = options.examples.filter(({ lang }) => knows(lang));
  let vectors: Int8Array | undefined;
  let preparing: Promise<void> | undefined;

  function knows(language: string): boolean {
    return languages === undefined || languages.includes(language);
  }

  const fingerprint = createHash('sha256').update(model);
  for (const { text } of examples) fingerprint.update('\0').update(text);
  const file = join(folder, `router-${fingerprint.digest('hex').slice(0, 20)}.vectors`);

  const build = async (signal: AbortSignal): Promise<void> => {
    vectors = stored(file, examples.length);
    if (vectors) return;
    const rows: Int8Array[] = [];
    for (let at = 0; at < examples.length; at += batchSize) {
      const texts = examples.slice(at, at + batchSize).map(({ text }) => text.slice(0, shownCharacters));
      for (const vector of await options.embed(texts, signal)) rows.push(unitVector(vector));
    }
    const width = rows[0]?.length ?? 0;
    const all = new Int8Array(width * rows.length);
    for (const [index, row] of rows.entries()) all.set(row, index * width);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(`${file}.new`, all, { mode: 0o600 });
    renameSync(`${file}.new`, file);
    vectors = all;
  };

  return {
    prepare(signal) {
      preparing ??= build(signal).finally(() => {
        preparing = undefined;
      });
      return preparing;
    },
    async opinion(text, language, signal) {
      if (!vectors || examples.length === 0 || (language !== undefined && !knows(language))) return undefined;
      const [embedded] = await options.embed([text.slice(0, shownCharacters)], signal);
      return embedded && opinionOf(nearest(vectors, unitVector(embedded), examples.length), examples);
    },
  };
}

interface Near {
  readonly index: number;
  /** Cosine, from -1 to 1. */
  readonly likeness: number;
}

function nearest(vectors: Int8Array, wanted: Int8Array, count: number): readonly Near[] {
  const width = vectors.length / count;
  const near: Near[] = [];
  let least = -2;
  for (let index = 0; index < count; index++) {
    const start = index * width;
    let product = 0;
    for (let at = 0; at < width; at++) product += (vectors[start + at] ?? 0) * (wanted[at] ?? 0);
    const likeness = product / (127 * 127);
    if (near.length === neighbourCount && likeness <= least) continue;
    near.push({ index, likeness });
    near.sort((a, b) => b.likeness - a.likeness);
    near.length = Math.min(near.length, neighbourCount);
    least = near.at(-1)?.likeness ?? -2;
  }
  return near;
}

function opinionOf(near: readonly Near[], examples: readonly LabelledExample[]): Opinion {
  const best = near[0]?.likeness ?? 0;
  // A little of everything, so that a dozen strangers do not make a certainty.
  const agentShares = agents.map(() => 0.3);
  const difficultyShares = difficulties.map(() => 0.3);
  let sensitive = 0.3;
  let all = 1;
  for (const { index, likeness } of near) {
    const example = examples[index];
    if (!example) continue;
    const say = Math.exp((likeness - best) * sharpness);
    raise(agentShares, agents.indexOf(example.agent), say);
    raise(difficultyShares, difficulties.indexOf(example.difficulty), say);
    if (example.sensitive) sensitive += say;
    all += say;
  }
  return { agents: shares(agentShares), difficulties: shares(difficultyShares), sensitive: sensitive / all };
}

function raise(list: number[], at: number, by: number): void {
  list[at] = (list[at] ?? 0) + by;
}

function shares(list: readonly number[]): readonly number[] {
  const sum = list.reduce((total, one) => total + one, 0);
  return list.map((one) => one / sum);
}

/** Length one, each number in a signed byte. */
function unitVector(vector: readonly number[]): Int8Array {
  const length = Math.hypot(...vector) || 1;
  return Int8Array.from(vector, (value) => Math.round((value / length) * 127));
}

function stored(file: string, count: number): Int8Array | undefined {
  try {
    const bytes = readFileSync(file);
    return bytes.length > 0 && bytes.length % count === 0
      ? new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length)
      : undefined;
  } catch {
    // Not made yet.
    return undefined;
  }
}
