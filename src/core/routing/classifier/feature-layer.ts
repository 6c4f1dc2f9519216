import { join } from 'node:path';
import type { Agent, Difficulty, MessageToRoute } from '../../contracts/routing.ts';
import { hideSecretShapes } from '../../config/secret-shapes.ts';
import { loadCues } from './cues.ts';
import { createFeatures } from './features.ts';
import { type Line, readWeights } from './weights.ts';

export const agents = ['chat', 'code', 'research', 'fileops', 'skill'] as const satisfies readonly Agent[];
export const difficulties = ['simple', 'medium', 'complex'] as const satisfies readonly Difficulty[];

/** What one layer thinks: a probability for each agent and difficulty, in the order of the lists above. */
export interface Opinion {
  readonly agents: readonly number[];
  readonly difficulties: readonly number[];
  /** The chance that it is sensitive. */
  readonly sensitive: number;
}

export interface FeatureOpinion extends Opinion {
  /** The chance that it means nothing without what was said before. */
  readonly followUp: number;
  readonly language: string | undefined;
  /** The cues that were found, by concept. */
  readonly cues: ReadonlySet<string>;
}

/** The first layer: features, rules and a small trained model. No model is asked; about half a millisecond. */
export interface FeatureLayer {
  opinion(message: MessageToRoute): FeatureOpinion;
  /** From raw to calibrated, by `agent`, `difficulty`, `sensitive` and `score`. */
  readonly calibration: Readonly<Record<string, Line>>;
}

const folder = import.meta.dirname;

export function createFeatureLayer(weightsFile = join(folder, 'weights.bin')): FeatureLayer {
  const cues = loadCues(join(folder, 'cues'));
  const weights = readWeights(weightsFile);
  const featuresOf = createFeatures(cues);

  /** Of what the person said before, read by itself. */
  const sensitivityOf = (said: readonly string[]): number => {
    if (said.length === 0) return 0;
    const heads = weights.probabilities(featuresOf({ text: said.join('\n') }));
    return heads.get('sensitive')?.[1] ?? 1;
  };

  const opinion = (message: MessageToRoute): FeatureOpinion => {
    const features = featuresOf(message);
    const heads = weights.probabilities(features);
    const [, sensitive = 1] = heads.get('sensitive') ?? [];
    const [, followUp = 0] = heads.get('followUp') ?? [];
    // What goes on from private words is private itself, as surely as it goes on from them.
    const inherited = followUp * sensitivityOf((message.context ?? []).filter((_, at) => at % 2 === 0));
    return {
      agents: heads.get('agent') ?? [],
      difficulties: heads.get('difficulty') ?? [],
      sensitive: holdsSecret(message) ? 1 : Math.max(sensitive, inherited),
      followUp,
      language: features.language,
      cues: new Set(cues.concepts.filter((_, index) => features.cueCounts[index])),
    };
  };
  return { opinion, calibration: weights.header.calibration };
}

const iban = /\b[A-Z]{2}\d{2}(?:\s?[A-Z0-9]{4}){3,7}(?:\s?[A-Z0-9]{1,3})?\b/;
const cardNumber = /(?<!\d)(?:\d[ -]?){12,18}\d(?!\d)/g;
const privateKey = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;

/** Rules that no model may overrule: a key, an account or a card stands in the message itself. */
function holdsSecret({ text, context = [] }: MessageToRoute): boolean {
  return [text, ...context].some(
    (one) =>
      hideSecretShapes(one) !== one ||
      privateKey.test(one) ||
      isIban(iban.exec(one)?.[0]) ||
      (one.match(cardNumber) ?? []).some(isCardNumber),
  );
}

/** ISO 13616: the number with its head at the end, letters as numbers from 10, leaves 1 when divided by 97. */
function isIban(found: string | undefined): boolean {
  if (!found) return false;
  const compact = found.replaceAll(/\s/g, '');
  // What follows an IBAN may look like more of it.
  for (let length = compact.length; length >= 15; length--) {
    const tried = compact.slice(0, length);
    let rest = 0;
    for (const character of tried.slice(4) + tried.slice(0, 4))
      rest = Number(`${rest}${Number.parseInt(character, 36)}`) % 97;
    if (rest === 1) return true;
  }
  return false;
}

/** ISO/IEC 7812-1, annex B (Luhn), and a first digit that cards have. */
function isCardNumber(found: string): boolean {
  const digits = Array.from(found.replaceAll(/\D/g, ''), Number).toReversed();
  if (digits.length < 13 || ![3, 4, 5, 6].includes(digits.at(-1) ?? 0)) return false;
  const sum = digits.reduce((total, digit, at) => {
    const doubled = at % 2 === 1 ? digit * 2 : digit;
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 === 0;
}
