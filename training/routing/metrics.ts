import type { Classification } from '../../src/core/contracts/routing.ts';
import { agents } from '../../src/core/routing/classifier/feature-layer.ts';
import { routeWithoutAsking } from '../../src/core/routing/router.ts';
import type { Thresholds } from '../../src/core/routing/thresholds.ts';
import type { LabelledMessage } from '../../tests/support/labelled-messages.ts';

export interface Judged {
  readonly message: LabelledMessage;
  readonly said: Classification;
  readonly ms: number;
}

/** Shares from 0 to 1, NaN where nothing counts; `ms` per message. */
export interface Figures {
  readonly messages: number;
  readonly agentAccuracy: number;
  readonly agentMacroF1: number;
  readonly difficultyAccuracy: number;
  /** Of the simple messages, those that stay at home. */
  readonly simpleLocal: number;
  /** Of the complex messages that are not private, those that go to Claude. */
  readonly complexCloud: number;
  /** Of the private messages, those that go to Claude without a question. */
  readonly sensitiveSent: number;
  /** Of the messages that are not private, those that are taken for private. */
  readonly falseAlarms: number;
  /** Expected calibration error of the agent's confidence, ten bins (Naeini et al. 2015). */
  readonly calibrationError: number;
  /** Area under the ROC curve of the confidence: is it higher where the agent is right? */
  readonly confidenceAuc: number;
  /** How much cheaper than sending all to Claude, by what answers of each difficulty use. */
  readonly costCut: number;
  readonly ms: number;
}

/** Output tokens of an answer, about: what makes most of the cost. */
const answerTokens = { simple: 150, medium: 500, complex: 1_200 };

export function figuresOf(judged: readonly Judged[], thresholds: Thresholds): Figures {
  const routes = new Map(judged.map((one) => [one, routeWithoutAsking(one.said, thresholds)]));
  const share = (of: readonly Judged[], fits: (one: Judged) => boolean): number =>
    of.filter(fits).length / of.length;
  const isRight = ({ message, said }: Judged): boolean => message.agent === said.agent;
  const isCloud = (one: Judged): boolean => routes.get(one) === 'cloud';
  const cost = (of: readonly Judged[]): number =>
    of.reduce((sum, { message }) => sum + answerTokens[message.difficulty], 0);
  const sensitive = judged.filter(({ message }) => message.sensitive);
  const open = judged.filter(({ message }) => !message.sensitive);
  return {
    messages: judged.length,
    agentAccuracy: share(judged, isRight),
    agentMacroF1: mean(agents.map((agent) => f1(judged, agent)).filter((one) => !Number.isNaN(one))),
    difficultyAccuracy: share(judged, ({ message, said }) => message.difficulty === said.difficulty),
    simpleLocal: share(
      judged.filter(({ message }) => message.difficulty === 'simple'),
      (one) => !isCloud(one),
    ),
    complexCloud: share(
      open.filter(({ message }) => message.difficulty === 'complex'),
      isCloud,
    ),
    sensitiveSent: share(sensitive, isCloud),
    falseAlarms: share(open, ({ said }) => said.sensitivity >= thresholds.sensitiveAbove),
    calibrationError: calibrationError(judged.map((one) => [one.said.agentConfidence, isRight(one)])),
    confidenceAuc: areaUnderRoc(judged.map((one) => [one.said.agentConfidence, isRight(one)])),
    costCut: 1 - cost(judged.filter(isCloud)) / cost(judged),
    ms: mean(judged.map(({ ms }) => ms)),
  };
}

type Scored = readonly [score: number, isRight: boolean];

function f1(judged: readonly Judged[], agent: string): number {
  const both = judged.filter(({ message, said }) => message.agent === agent && said.agent === agent).length;
  const either = judged.filter(({ message, said }) => message.agent === agent || said.agent === agent).length;
  return (2 * both) / (both + either);
}

function calibrationError(scored: readonly Scored[]): number {
  const bins = Array.from({ length: 10 }, (): Scored[] => []);
  for (const one of scored) bins[Math.min(9, Math.floor(one[0] * 10))]?.push(one);
  return bins.reduce((sum, bin) => {
    if (bin.length === 0) return sum;
    const gap = mean(bin.map(([score]) => score)) - mean(bin.map(([, right]) => Number(right)));
    return sum + (Math.abs(gap) * bin.length) / scored.length;
  }, 0);
}

/** The chance that a right one has a higher score than a wrong one. */
function areaUnderRoc(scored: readonly Scored[]): number {
  const right = scored.filter(([, isRight]) => isRight).map(([score]) => score);
  const wrong = scored.filter(([, isRight]) => !isRight).map(([score]) => score);
  const wins = right.reduce(
    (sum, score) =>
      sum + wrong.reduce((inner, other) => inner + (score > other ? 1 : score === other ? 0.5 : 0), 0),
    0,
  );
  return wins / (right.length * wrong.length);
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
