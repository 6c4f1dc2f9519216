import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Sparse } from './feature-key.ts';

/** Points of a rising line: raw value, calibrated value. */
const lineSchema = z.array(z.tuple([z.number(), z.number()])).min(2);
export type Line = z.infer<typeof lineSchema>;

const headerSchema = z.strictObject({
  version: z.literal(1),
  /** How many features have weights. */
  features: z.int().min(1),
  /** Columns by head, in order. */
  heads: z.record(z.string(), z.array(z.string())),
  /** What one of the stored integers is worth, by column. */
  steps: z.array(z.number()),
  /** What one of the stored rarities is worth. */
  rarityStep: z.number(),
  /** From what the heads say to how often that is right, measured on messages that were held out. */
  calibration: z.record(z.string(), lineSchema),
  /** What it was trained on, for the curious. */
  trainedOn: z.string(),
});
export type WeightsHeader = z.infer<typeof headerSchema>;

/** A linear model over named features, with one softmax a head. */
export interface Weights {
  readonly header: WeightsHeader;
  /** Whether training has met a feature. */
  knows(key: number): boolean;
  /** Probabilities of the columns of each head. */
  probabilities(features: Sparse): ReadonlyMap<string, readonly number[]>;
}

/** What training has learnt of the features, row by row. */
export interface Learnt {
  /** The hash of each feature. */
  readonly keys: Int32Array;
  /** How much its rarity raises each feature. */
  readonly rarity: Float32Array;
  /** Row-major: feature × column. */
  readonly weights: Float32Array;
}

const prefixBytes = 4;

/**
 * Reads what training/routing/train.ts wrote: the length of a JSON header, the header, then four bytes of hash a
 * feature, one of rarity, and one signed byte a weight.
 */
export function readWeights(file: string): Weights {
  const bytes = readFileSync(file);
  const headerBytes = bytes.readUInt32LE(0);
  const header = headerSchema.parse(
    JSON.parse(bytes.toString('utf8', prefixBytes, prefixBytes + headerBytes)),
  );
  const columns = header.steps.length;
  const start = prefixBytes + headerBytes;
  const rowOf = rowFinder(bytes.subarray(start, start + header.features * 4), header.features);
  const rarity = bytes.subarray(start + header.features * 4, start + header.features * 5);
  const matrix = new Int8Array(
    bytes.buffer,
    bytes.byteOffset + start + header.features * 5,
    header.features * columns,
  );
  const heads = Object.entries(header.heads);

  return {
    header,
    knows: (key) => rowOf(key) !== -1,
    probabilities({ keys, values }) {
      const sums = new Float64Array(columns);
      for (let at = 0; at < keys.length; at++) {
        const row = rowOf(keys[at] ?? 0);
        if (row === -1) continue;
        const value = (values[at] ?? 0) * (rarity[row] ?? 0) * header.rarityStep;
        for (let column = 0; column < columns; column++)
          sums[column] = (sums[column] ?? 0) + (matrix[row * columns + column] ?? 0) * value;
      }
      const result = new Map<string, readonly number[]>();
      let first = 0;
      for (const [name, names] of heads) {
        result.set(
          name,
          softmax(
            names.map((_, offset) => (sums[first + offset] ?? 0) * (header.steps[first + offset] ?? 0)),
          ),
        );
        first += names.length;
      }
      return result;
    },
  };
}

/** An open hash table in two typed arrays: a Map of so many numbers takes several times the memory. */
function rowFinder(keyBytes: Buffer, count: number): (key: number) => number {
  const size = 2 ** Math.ceil(Math.log2(count * 1.5 + 1));
  const keys = new Int32Array(size);
  const rows = new Int32Array(size).fill(-1);
  const placeOf = (key: number): number => {
    let place = (Math.imul(key, 0x9e3779b1) >>> 0) & (size - 1);
    while (rows[place] !== -1 && keys[place] !== key) place = (place + 1) & (size - 1);
    return place;
  };
  for (let row = 0; row < count; row++) {
    const key = keyBytes.readInt32LE(row * 4);
    const place = placeOf(key);
    keys[place] = key;
    rows[place] = row;
  }
  return (key) => rows[placeOf(key)] ?? -1;
}

/** The bytes of a weights file. */
export function weightsFile(
  header: Omit<WeightsHeader, 'steps' | 'rarityStep' | 'features'>,
  { keys, rarity, weights }: Learnt,
): Buffer {
  const columns = Object.values(header.heads).flat().length;
  const highest = new Float64Array(columns);
  for (let at = 0; at < weights.length; at++)
    highest[at % columns] = Math.max(highest[at % columns] ?? 0, Math.abs(weights[at] ?? 0));
  const steps = Array.from(highest, (value) => Number((value / 127 || 1).toPrecision(6)));
  const rarityStep = Number((rarity.reduce((most, one) => Math.max(most, one), 0) / 255).toPrecision(6));
  const full = headerSchema.parse({ ...header, features: keys.length, steps, rarityStep });
  const head = Buffer.from(JSON.stringify(full));
  const prefix = Buffer.alloc(prefixBytes);
  prefix.writeUInt32LE(head.length);
  const keyBytes = Buffer.alloc(keys.length * 4);
  for (const [row, key] of keys.entries()) keyBytes.writeInt32LE(key, row * 4);
  const body = Int8Array.from(weights, (weight, at) => Math.round(weight / (steps[at % columns] ?? 1)));
  return Buffer.concat([
    prefix,
    head,
    keyBytes,
    Uint8Array.from(rarity, (one) => Math.round(one / rarityStep)),
    Buffer.from(body.buffer),
  ]);
}

export function softmax(scores: readonly number[]): number[] {
  const highest = Math.max(...scores);
  const grown = scores.map((score) => Math.exp(score - highest));
  const sum = grown.reduce((total, one) => total + one, 0);
  return grown.map((one) => one / sum);
}

/** The value on a line of points, straight between them and flat beyond its ends. */
export function onLine(line: Line, x: number): number {
  const after = line.findIndex(([at]) => at >= x);
  const [last] = line.slice(-1);
  const point = line[after];
  if (after === -1 || !point) return last?.[1] ?? x;
  const before = line[after - 1];
  if (!before) return point[1];
  const share = (x - before[0]) / (point[0] - before[0] || 1);
  return before[1] + share * (point[1] - before[1]);
}
