import type { Classifier, MessageToRoute } from '../../contracts/routing.ts';
import { classificationOf, type WeighedOpinion } from './classification.ts';
import type { FeatureLayer, FeatureOpinion, Opinion } from './feature-layer.ts';
import type { ModelJudge } from './model-judge.ts';
import type { Neighbours } from './neighbours.ts';

/** Below these the first layer is not sure, and another is asked. */
const sureAgent = 0.45;
const sureDifficulty = 0.45;
/** Of fewer words a model cannot tell more than the features can. */
const fewestWordsToAsk = 3;
const neighbourWeight = { agent: 0.35, difficulty: 0.25, sensitive: 0.8 };
const modelWeight = { agent: 0.6, difficulty: 0.4, sensitive: 1 };

export function createClassifier(options: {
  readonly features: FeatureLayer;
  readonly neighbours?: Neighbours['opinion'] | undefined;
  readonly judge?: ModelJudge | undefined;
  /** A layer that failed is left out; this is told of it. */
  onTrouble?(layer: 'neighbours' | 'model', error: unknown): void;
}): Classifier {
  const { features } = options;
  const { calibration } = features;

  const heard = async (
    layer: WeighedOpinion['layer'],
    weight: WeighedOpinion['weight'],
    ask: () => Promise<Opinion | undefined> | undefined,
  ): Promise<readonly WeighedOpinion[]> => {
    try {
      const opinion = await ask();
      return opinion ? [{ layer, opinion, weight }] : [];
    } catch (error) {
      options.onTrouble?.(layer, error);
      return [];
    }
  };

  return {
    quick: (message) => classificationOf(features.opinion(message), [], calibration),
    async classify(message: MessageToRoute, signal) {
      const first = features.opinion(message);
      const others = [
        ...(await heard('neighbours', neighbourWeight, () =>
          // A message that needs its context has no likeness of its own.
          first.followUp < 0.5 ? options.neighbours?.(message.text, first.language, signal) : undefined,
        )),
      ];
      if (first.wordCount >= fewestWordsToAsk && needsAnother(first, others[0]?.opinion))
        others.push(...(await heard('model', modelWeight, () => options.judge?.(message, signal))));
      return classificationOf(first, others, calibration);
    },
  };
}

function needsAnother(first: FeatureOpinion, second: Opinion | undefined): boolean {
  if (Math.max(...first.agents) < sureAgent || Math.max(...first.difficulties) < sureDifficulty) return true;
  return (
    second !== undefined &&
    (best(first.agents) !== best(second.agents) || best(first.difficulties) !== best(second.difficulties))
  );
}

const best = (shares: readonly number[]): number => shares.indexOf(Math.max(...shares));
