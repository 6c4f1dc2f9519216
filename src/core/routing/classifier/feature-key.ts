/** FNV-1a over UTF-16 units, 32 bits: what a feature is called in the weights. */
export function featureKey(name: string): number {
  let state = 0x811c9dc5;
  for (let at = 0; at < name.length; at++) state = Math.imul(state ^ name.charCodeAt(at), 0x01000193);
  return state | 0;
}

/** A sparse vector: which features, by their key, and how much of each. */
export interface Sparse {
  readonly keys: Int32Array;
  readonly values: Float32Array;
}
