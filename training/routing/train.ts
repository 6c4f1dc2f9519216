import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { mediumBenefit } from '../../src/core/routing/classifier/classification.ts';
import { loadCues } from '../../src/core/routing/classifier/cues.ts';
import { type LabelledExample, readExamples } from '../../src/core/routing/classifier/examples.ts';
import { agents, difficulties } from '../../src/core/routing/classifier/feature-layer.ts';
import type { Sparse } from '../../src/core/routing/classifier/feature-key.ts';
import { createFeatures } from '../../src/core/routing/classifier/features.ts';
import { languageFeatures, readLanguageGuess } from '../../src/core/routing/classifier/language.ts';
import { foldText, wordsOf } from '../../src/core/routing/classifier/words.ts';
import { weightsFile } from '../../src/core/routing/classifier/weights.ts';
import { labelledMessages, partOf } from '../../tests/support/labelled-messages.ts';
import { type Prediction, risingLine } from './calibrate.ts';
import { fit, generator, score, shuffle, softmax } from './fit.ts';
import { type Vocabulary, vocabularyOf } from './vocabulary.ts';

// Trains the first layer of the router and writes src/core/routing/classifier/weights.bin. The same data give the same
// bytes. It learns from messages/*.tsv and from the part of tests/fixtures/routing that is there to tune on; the other
// part is never read here. `--without-tuning-part --out FILE` leaves that out too, to see how well it does there.

const { values } = parseArgs({
  options: { 'without-tuning-part': { type: 'boolean', default: false }, out: { type: 'string' } },
});

const classifier = join(import.meta.dirname, '../../src/core/routing/classifier');
const heads = {
  agent: [...agents],
  difficulty: [...difficulties],
  sensitive: ['no', 'yes'],
  followUp: ['no', 'yes'],
};
const headSizes = Object.values(heads).map((names) => names.length);
const columns = headSizes.reduce((sum, size) => sum + size, 0);
const settings = { heads: headSizes, epochs: 8, rate: 0.12, decay: 1e-4, seed: 1 };
const folds = 5;
/** How many of the self-contained messages are shown with a conversation that has nothing to do with them. */
const strayContextShare = 0.15;
const strayWeight = 0.5;
/** What is simple stays at home anyway: whether it is private matters less. */
const simpleSensitiveWeight = 0.6;
const fewestMessages = 3;
const fewestForLanguage = 12;

interface Labelled {
  readonly message: LabelledExample;
  readonly features: Sparse;
  readonly targets: readonly number[];
  readonly weight: number;
  readonly fold: number;
}

const languageFile = join(classifier, 'language.bin');
writeFileSync(languageFile, languageBytes());
const featuresOf = createFeatures(loadCues(join(classifier, 'cues')), readLanguageGuess(languageFile));
const random = generator(7);
const tune = values['without-tuning-part']
  ? []
  : labelledMessages().filter((message) => partOf(message) === 'tune');
const labelled = [...readExamples(), ...tune].map((message) => labelledOf(message, 1));
const stray = labelled.flatMap(({ message, fold }, at) => {
  const other = labelled[Math.max(0, at - 1 - Math.floor(random() * 60))]?.message;
  const isTaken = !message.context && other && other !== message && other.lang === message.lang;
  if (!isTaken || random() > strayContextShare) return [];
  return [{ ...labelledOf({ ...message, context: [other.text, 'OK.'] }, strayWeight, false), fold }];
});

/** Tells the language first: only then its cues can be told from the same letters in another. */
function languageBytes(): Buffer {
  const messages = readExamples();
  const names = [...new Set(messages.map(({ lang }) => lang))].toSorted();
  const known = messages.map(({ lang, text }) => ({
    features: languageFeatures(wordsOf(foldText(text))),
    target: names.indexOf(lang),
  }));
  const words = vocabularyOf(
    known.map(({ features }) => features),
    fewestForLanguage,
  );
  const examples = known.map(({ features, target }) => ({
    ...words.rowsOf(features),
    targets: [target],
    weights: [1],
  }));
  shuffle(examples, generator(3));
  const learnt = fit(examples, { ...settings, heads: [names.length], epochs: 3, rows: words.keys.length });
  return weightsFile(
    { version: 1, heads: { language: names }, calibration: {}, trainedOn: `${known.length} messages` },
    { ...words, weights: learnt },
  );
}

function labelledOf(
  message: LabelledExample,
  weight: number,
  isFollowUp = message.context !== undefined,
): Labelled {
  const { keys, values: amounts } = featuresOf(message);
  return {
    message,
    fold: Math.floor(random() * folds),
    features: { keys, values: amounts },
    weight,
    targets: [
      agents.indexOf(message.agent),
      difficulties.indexOf(message.difficulty),
      Number(message.sensitive),
      message.mayStandAlone ? -1 : Number(isFollowUp),
    ],
  };
}

function trained(part: readonly Labelled[]): { vocabulary: Vocabulary; weights: Float32Array } {
  const vocabulary = vocabularyOf(
    part.map(({ features }) => features),
    fewestMessages,
  );
  const examples = part.map(({ message, features, targets, weight }) => ({
    ...vocabulary.rowsOf(features),
    targets,
    weights: [weight, weight, weight * (message.difficulty === 'simple' ? simpleSensitiveWeight : 1), weight],
  }));
  shuffle(examples, generator(3));
  return { vocabulary, weights: fit(examples, { ...settings, rows: vocabulary.keys.length }) };
}

/** What a model says of messages that it was not trained on. */
function heldOut(): { message: LabelledExample; scores: Float64Array }[] {
  return Array.from({ length: folds }, (_, fold) => {
    const { vocabulary, weights } = trained([...labelled, ...stray].filter((one) => one.fold !== fold));
    return labelled
      .filter((one) => one.fold === fold)
      .map(({ message, features }) => {
        const scores = new Float64Array(columns);
        score(weights, columns, vocabulary.rowsOf(features), scores);
        let start = 0;
        for (const size of headSizes) {
          softmax(scores, start, size);
          start += size;
        }
        return { message, scores };
      });
  }).flat();
}

const predictions = heldOut();
const sure = (from: number, size: number, truth: (message: LabelledExample) => number): Prediction[] =>
  predictions.map(({ message, scores }) => {
    const shares = Array.from(scores.slice(from, from + size));
    const raw = Math.max(...shares);
    return { raw, truth: Number(shares.indexOf(raw) === truth(message)) };
  });
const benefit = { simple: 0, medium: mediumBenefit, complex: 1 };
const agentSure = sure(0, agents.length, ({ agent }) => agents.indexOf(agent));
const difficultySure = sure(agents.length, difficulties.length, ({ difficulty }) =>
  difficulties.indexOf(difficulty),
);
const sensitiveAt = agents.length + difficulties.length + 1;
const calibration = {
  agent: risingLine(agentSure),
  difficulty: risingLine(difficultySure),
  sensitive: risingLine(
    predictions.map(({ message, scores }) => ({
      raw: scores[sensitiveAt] ?? 0,
      truth: Number(message.sensitive),
    })),
  ),
  score: risingLine(
    predictions.map(({ message, scores }) => ({
      raw: (scores[agents.length + 2] ?? 0) + mediumBenefit * (scores[agents.length + 1] ?? 0),
      truth: benefit[message.difficulty],
    })),
  ),
};

const share = (list: readonly Prediction[]): string =>
  `${((100 * list.reduce((sum, { truth }) => sum + truth, 0)) / list.length).toFixed(1)} %`;
process.stdout.write(
  `${labelled.length} messages, held out: agent ${share(agentSure)}, difficulty ${share(difficultySure)}\n`,
);
const header = {
  version: 1 as const,
  heads,
  calibration,
  trainedOn: `${labelled.length} messages of training/routing and the tuning part of tests/fixtures/routing`,
};
const { vocabulary, weights } = trained([...labelled, ...stray]);
const bytes = weightsFile(header, { ...vocabulary, weights });
writeFileSync(values.out ?? join(classifier, 'weights.bin'), bytes);
process.stdout.write(`weights.bin: ${bytes.length} bytes\n`);
