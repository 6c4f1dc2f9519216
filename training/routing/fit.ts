/** A sparse example and, for each head, the column that is right in it; -1 where that is not known. */
export interface Example {
  readonly indices: Int32Array;
  readonly values: Float32Array;
  readonly targets: readonly number[];
  /** How much it counts in each head. */
  readonly weights: readonly number[];
}

export interface FitOptions {
  /** How many features there are. */
  readonly rows: number;
  /** Columns of each head, in order; the columns of one head share a softmax. */
  readonly heads: readonly number[];
  readonly epochs: number;
  readonly rate: number;
  /** Pull towards zero. */
  readonly decay: number;
  readonly seed: number;
}

/** Multinomial logistic regression, one softmax a head, by AdaGrad (Duchi et al. 2011). Row-major: feature × column. */
export function fit(examples: readonly Example[], options: FitOptions): Float32Array {
  const { rows, heads, epochs, rate, decay } = options;
  const columns = heads.reduce((sum, size) => sum + size, 0);
  const weights = new Float32Array(rows * columns);
  const squares = new Float32Array(rows * columns).fill(1e-2);
  const scores = new Float64Array(columns);
  const order = examples.map((_, index) => index);
  const random = generator(options.seed);
  for (let epoch = 0; epoch < epochs; epoch++) {
    shuffle(order, random);
    for (const index of order) {
      const example = examples[index];
      if (!example) continue;
      score(weights, columns, example, scores);
      errors(scores, heads, example);
      const { indices, values } = example;
      for (let at = 0; at < indices.length; at++) {
        const row = (indices[at] ?? 0) * columns;
        const value = values[at] ?? 0;
        for (let column = 0; column < columns; column++) {
          const place = row + column;
          const current = weights[place] ?? 0;
          const slope = (scores[column] ?? 0) * value + decay * current;
          if (slope === 0) continue;
          const sum = (squares[place] ?? 0) + slope * slope;
          squares[place] = sum;
          weights[place] = current - (rate * slope) / Math.sqrt(sum);
        }
      }
    }
  }
  return weights;
}

/** The raw score of each column. */
export function score(
  weights: Float32Array,
  columns: number,
  { indices, values }: Pick<Example, 'indices' | 'values'>,
  scores: Float64Array,
): void {
  scores.fill(0);
  for (let at = 0; at < indices.length; at++) {
    const row = (indices[at] ?? 0) * columns;
    const value = values[at] ?? 0;
    for (let column = 0; column < columns; column++)
      scores[column] = (scores[column] ?? 0) + (weights[row + column] ?? 0) * value;
  }
}

/** Turns scores into probability minus target, head by head; a head without a target into zeros. */
function errors(scores: Float64Array, heads: readonly number[], { targets, weights }: Example): void {
  let start = 0;
  for (const [head, size] of heads.entries()) {
    const target = targets[head] ?? -1;
    if (target === -1) scores.fill(0, start, start + size);
    else {
      softmax(scores, start, size);
      scores[start + target] = (scores[start + target] ?? 0) - 1;
      for (let at = start; at < start + size; at++) scores[at] = (scores[at] ?? 0) * (weights[head] ?? 1);
    }
    start += size;
  }
}

export function softmax(scores: Float64Array, start: number, size: number): void {
  let highest = -Infinity;
  for (let at = start; at < start + size; at++) highest = Math.max(highest, scores[at] ?? 0);
  let sum = 0;
  for (let at = start; at < start + size; at++) sum += scores[at] = Math.exp((scores[at] ?? 0) - highest);
  for (let at = start; at < start + size; at++) scores[at] = (scores[at] ?? 0) / sum;
}

/** Mulberry32: the same numbers from the same seed on every machine. */
export function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export function shuffle(list: unknown[], random: () => number): void {
  for (let at = list.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [list[at], list[other]] = [list[other], list[at]];
  }
}
