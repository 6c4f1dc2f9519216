import type { ModelsConfig } from '../config/models-schema.ts';
import type { Speed } from './measure.ts';

/** A prompt with its history, which should be read before anybody grows impatient. */
const promptTokens = 1_000;
const firstTextWithinMs = 5_000;
/** About the speed of reading along. */
const slowestDecode = 5;

export interface SizeEstimate {
  readonly model: string;
  readonly firstTextMs: number;
  readonly decodeTokensPerSecond: number;
}

/**
 * Which Qwen suits this machine, by what one model did here: reading and writing both take time in proportion to the
 * bytes of a model. The largest that shows its first text within five seconds and writes as fast as one reads; else the
 * smallest.
 */
export function recommendSize(
  models: ModelsConfig,
  measured: { readonly model: string; readonly speed: Speed },
  memoryBytes: number,
): SizeEstimate | undefined {
  const { downloadBytes: bytes, engine } = models.models[measured.model] ?? {};
  if (!bytes) return undefined;
  const estimates = Object.entries(models.models)
    .filter(([name]) => !models.roles.embeddings.includes(name))
    .filter(([, profile]) => profile.engine === engine && profile.downloadBytes && !profile.isToy)
    .filter(([, profile]) => (profile.memoryBytes ?? 0) <= memoryBytes)
    .map(([model, profile]) => {
      const factor = bytes / (profile.downloadBytes ?? bytes);
      const prefill = measured.speed.prefillTokensPerSecond * factor;
      return {
        model,
        size: profile.downloadBytes ?? 0,
        firstTextMs: Math.round((promptTokens / Math.max(0.1, prefill)) * 1000),
        decodeTokensPerSecond: Math.round(measured.speed.decodeTokensPerSecond * factor * 10) / 10,
      };
    })
    .toSorted((a, b) => b.size - a.size);
  const best =
    estimates.find(
      (one) => one.firstTextMs <= firstTextWithinMs && one.decodeTokensPerSecond >= slowestDecode,
    ) ?? estimates.at(-1);
  return (
    best && {
      model: best.model,
      firstTextMs: best.firstTextMs,
      decodeTokensPerSecond: best.decodeTokensPerSecond,
    }
  );
}
