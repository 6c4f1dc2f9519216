import type { Classification, RoutingLayer } from '../../contracts/routing.ts';
import {
  agents,
  difficulties,
  type FeatureLayer,
  type FeatureOpinion,
  type Opinion,
} from './feature-layer.ts';
import { type Line, onLine } from './weights.ts';

/** What a layer says and how much it counts beside the features, which count 1. */
export interface WeighedOpinion {
  readonly layer: Exclude<RoutingLayer, 'features'>;
  readonly opinion: Opinion;
  readonly weight: { readonly agent: number; readonly difficulty: number; readonly sensitive: number };
}

/** The most that medium counts for when the benefit of the strong model is estimated. */
export const mediumBenefit = 0.3;

/** One judgement of all layers that had a say. Another layer may find a message private, never less private. */
export function classificationOf(
  first: FeatureOpinion,
  others: readonly WeighedOpinion[],
  calibration: FeatureLayer['calibration'],
): Classification {
  const agentShares = pooled(first.agents, others, ({ opinion, weight }) => [opinion.agents, weight.agent]);
  const difficultyShares = pooled(first.difficulties, others, ({ opinion, weight }) => [
    opinion.difficulties,
    weight.difficulty,
  ]);
  const agent = highest(agentShares);
  const difficulty = highest(difficultyShares);
  const sensitive = others.reduce(
    (chance, { opinion, weight }) => movedUp(chance, opinion.sensitive, weight.sensitive),
    first.sensitive,
  );
  const [, medium = 0, complex = 0] = difficultyShares;
  return {
    agent: agents[agent] ?? 'chat',
    agentConfidence: calibrated(calibration.agent, agentShares[agent] ?? 0),
    difficulty: difficulties[difficulty] ?? 'complex',
    difficultyConfidence: calibrated(calibration.difficulty, difficultyShares[difficulty] ?? 0),
    score: calibrated(calibration.score, complex + mediumBenefit * medium),
    sensitivity: calibrated(calibration.sensitive, sensitive),
    followUp: first.followUp,
    cues: first.cues,
    language: first.language,
    layers: ['features', ...others.map(({ layer }) => layer)],
  };
}

const calibrated = (line: Line | undefined, raw: number): number =>
  Math.min(1, Math.max(0, line ? onLine(line, raw) : raw));

/** What speaks for a chance moves its odds up; what speaks against it changes nothing. */
function movedUp(chance: number, other: number, weight: number): number {
  const odds = (share: number): number => {
    const bounded = Math.min(0.999, Math.max(0.001, share));
    return bounded / (1 - bounded);
  };
  if (other <= 0.5 || chance >= 0.999) return chance;
  const moved = odds(chance) * odds(other) ** weight;
  return moved / (1 + moved);
}

/** A product of probabilities, each to the power of its weight: who is sure counts more. */
function pooled(
  first: readonly number[],
  others: readonly WeighedOpinion[],
  of: (other: WeighedOpinion) => readonly [readonly number[], number],
): readonly number[] {
  if (others.length === 0) return first;
  const least = 1e-3;
  const raised = first.map((share, at) =>
    others.reduce(
      (product, other) => {
        const [shares, weight] = of(other);
        return product * Math.max(shares[at] ?? 0, least) ** weight;
      },
      Math.max(share, least),
    ),
  );
  const sum = raised.reduce((total, one) => total + one, 0);
  return raised.map((one) => one / sum);
}

const highest = (shares: readonly number[]): number => shares.indexOf(Math.max(...shares));
