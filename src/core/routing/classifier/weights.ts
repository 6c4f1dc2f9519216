import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Features } from './features.ts';

/** Points of a rising line: raw value, calibrated value. */
const lineSchema = z.array(z.tuple([z.number(), z.number()])).min(2);
export type Line = z.infer<typeof lineSchema>;

const headerSchema = z.strictObject({
  version: z.literal(1),
  buckets: z.int().min(1),
  /** Columns by head, in order. */
  heads: z.record(z.string(), z.array(z.string())),
  /** What a step of the stored integers is worth, by column. */
  steps: z.array(z.number()),
  /** From what the heads say to how often that is right, measured on messages that were held out. */
  calibration: z.record(z.string(), lineSchema),
  /** What it was trained on, for the curious. */
  trainedOn: z.string(),
});
export type WeightsHeader = z.infer<typeof headerSchema>;

/** A linear model over hashed features, with one softmax a head. */
export interface Weights {
  readonly header: WeightsHeader;
  /** Probabilities of the columns of each head. */
  probabilities(features: Pick<Features, 'indices' | 'values'>): ReadonlyMap<string, readonly number[]>;
}

const prefixBytes = 4;

/** Reads what training/routing/train.ts wrote: the length of a JSON header, the header, one signed byte a weight. */
export function readWeights(file: string): Weights {
  const bytes = readFileSync(file);
  const headerBytes = bytes.readUInt32LE(0);
  const header = headerSchema.parse(
    JSON.parse(bytes.toString('utf8', prefixBytes, prefixBytes + headerBytes)),
  );
  const columns = header.steps.length;
  const matrix = new Int8Array(
    bytes.buffer,
    bytes.byteOffset + prefixBytes + headerBytes,
    header.buckets * columns,
  );
  const steps = Float64Array.from(header.steps);
  const heads = Object.entries(header.heads);

  return {
    header,
    probabilities({ indices, values }) {
      const sums = new Float64Array(columns);
      for (let at = 0; at < indices.length; at++) {
        const row = (indices[at] ?? 0) * columns;
        const value = values[at] ?? 0;
        for (let column = 0; column < columns; column++)
          sums[column] = (sums[column] ?? 0) + (matrix[row + column] ?? 0) * value;
      }
      const result = new Map<string, readonly number[]>();
      let start = 0;
      for (const [name, names] of heads) {
        const scores = names.map((_, offset) => (sums[start + offset] ?? 0) * (steps[start + offset] ?? 0));
        result.set(name, softmax(scores));
        start += names.length;
      }
      return result;
    },
  };
}

/** The bytes of a weights file. */
export function weightsFile(header: Omit<WeightsHeader, 'steps'>, weights: Float32Array): Buffer {
  const columns = Object.values(header.heads).flat().length;
  const highest = new Float64Array(columns);
  for (let at = 0; at < weights.length; at++)
    highest[at % columns] = Math.max(highest[at % columns] ?? 0, Math.abs(weights[at] ?? 0));
  const steps = Array.from(highest, (value) => Number((value / 127 || 1).toPrecision(6)));
  const head = Buffer.from(JSON.stringify(headerSchema.parse({ ...header, steps })));
  const prefix = Buffer.alloc(prefixBytes);
  prefix.writeUInt32LE(head.length);
  const body = Int8Array.from(weights, (weight, at) => Math.round(weight / (steps[at % columns] ?? 1)));
  return Buffer.concat([prefix, head, Buffer.from(body.buffer)]);
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
