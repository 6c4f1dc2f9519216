import { join } from 'node:path';
import type { Agent, Difficulty, MessageToRoute } from '../../contracts/routing.ts';
import { hideSecretShapes } from '../../config/secret-shapes.ts';
import { loadCues } from './cues.ts';
import { createFeatures, pairKey, wordKey } from './features.ts';
import { readLanguageGuess } from './language.ts';
import { type Line, readWeights, type Weights } from './weights.ts';
import { spaceless } from './words.ts';

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
  readonly wordCount: number;
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
/** How much the kind of what was said before weighs, where a message surely goes on from it. */
const contextPull = 0.6;
const leastShare = 0.02;
const fewestToJudge = 8;
const foreignShare = 0.2;
/** What is not understood is not known to be harmless. */
const foreignSensitivity = 0.6;

export function createFeatureLayer(weightsFile = join(folder, 'weights.bin')): FeatureLayer {
  const guess = readLanguageGuess(join(folder, 'language.bin'));
  const cues = loadCues(join(folder, 'cues'));
  const weights = readWeights(weightsFile);
  const featuresOf = createFeatures(cues, guess);

  const readAlone = (text: string): Heads => weights.probabilities(featuresOf({ text }));

  const opinion = (message: MessageToRoute): FeatureOpinion => {
    const features = featuresOf(message);
    const heads = weights.probabilities(features);
    const [, followUp = 0] = heads.get('followUp') ?? [];
    const own = heads.get('agent') ?? [];
    // What the person said before, read by itself: what goes on from it is mostly of its kind, and as private.
    const said = (message.context ?? []).filter((_, at) => at % 2 === 0);
    const before = said.length === 0 ? undefined : readAlone(said.join('\n'));
    return {
      agents: before ? drawnTo(own, before.get('agent') ?? [], contextPull * followUp) : own,
      difficulties: heads.get('difficulty') ?? [],
      sensitive: holdsSecret(message)
        ? 1
        : Math.max(
            before ? sensitivityOf(readAlone(message.text)) : sensitivityOf(heads),
            before ? inheritance(followUp) * Math.max(sensitivityOf(heads), sensitivityOf(before)) : 0,
            isForeign(features.words, weights) ? foreignSensitivity : 0,
          ),
      followUp,
      language: features.language,
      wordCount: features.words.length,
      cues: new Set(cues.concepts.filter((_, index) => features.cueCounts[index])),
    };
  };
  return { opinion, calibration: weights.header.calibration };
}

type Heads = ReturnType<Weights['probabilities']>;
const sensitivityOf = (heads: Heads): number => heads.get('sensitive')?.[1] ?? 1;

/** A new subject after private words is not private for that: below a fair chance nothing is handed down. */
const inheritance = (followUp: number): number => Math.max(0, (followUp - 0.3) / 0.7);

/** Hardly any of its words were met in training: a language that is not known here. */
function isForeign(words: readonly string[], weights: Weights): boolean {
  const known = words
    .filter((word) => word.length > 1 && /^\p{L}/u.test(word))
    .flatMap((word) =>
      spaceless.test(word)
        ? Array.from({ length: word.length - 1 }, (_, at) => weights.knows(pairKey(word.slice(at, at + 2))))
        : [weights.knows(wordKey(word))],
    );
  return known.length >= fewestToJudge && known.filter(Boolean).length < known.length * foreignShare;
}

/** One list of chances moved towards another: a product, the other to the power of the pull. */
function drawnTo(own: readonly number[], other: readonly number[], pull: number): readonly number[] {
  const moved = own.map((share, at) => share * Math.max(leastShare, other[at] ?? 0) ** pull);
  const sum = moved.reduce((total, share) => total + share, 0);
  return moved.map((share) => share / sum);
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
