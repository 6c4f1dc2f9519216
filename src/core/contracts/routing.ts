/** Who should do it. */
export type Agent = 'chat' | 'code' | 'research' | 'fileops' | 'skill';

/** For a small local model: `simple` it answers well, `medium` with flaws, `complex` it does not. */
export type Difficulty = 'simple' | 'medium' | 'complex';

/** A message as the router sees it: its text, and the messages before it by turns (person, assistant), oldest first. */
export interface MessageToRoute {
  readonly text: string;
  readonly context?: readonly string[] | undefined;
}

/** What the classifier makes of a message. Probabilities are calibrated: of those at 0.8, eight in ten are right. */
export interface Classification {
  readonly agent: Agent;
  /** The chance that `agent` is right. */
  readonly agentConfidence: number;
  readonly difficulty: Difficulty;
  readonly difficultyConfidence: number;
  /** The estimated benefit of the strong model, 0 to 1. */
  readonly score: number;
  /** The chance that it is about someone's own health, money, credentials, family, law, work secrets or private data. */
  readonly sensitivity: number;
  /** The chance that it means nothing without what was said before. */
  readonly followUp: number;
  /** The concepts that its words hint at. */
  readonly cues: ReadonlySet<string>;
  /** The language it seems to be in (ISO 639-1), where that could be told. */
  readonly language: string | undefined;
  /** Which layers had a say: `features`, `neighbours`, `model`. */
  readonly layers: readonly RoutingLayer[];
}

export type RoutingLayer = 'features' | 'neighbours' | 'model';

/** A classification as the row of a decision keeps it. */
export interface KeptClassification extends Omit<Classification, 'cues' | 'language' | 'layers'> {
  /** The score as the classifier gave it, before outcomes corrected it. */
  readonly rawScore: number;
  readonly cues: readonly string[];
  readonly language: string | null;
  readonly layers: readonly RoutingLayer[];
}

/** Tells what a message asks for. Each layer works alone; those that are not there are left out. */
export interface Classifier {
  /** By features alone: no model is asked, and it is done at once. */
  quick(message: MessageToRoute): Classification;
  /** With the neighbours and, where these disagree with the features or nobody is sure, the local model. Never throws. */
  classify(message: MessageToRoute, signal: AbortSignal): Promise<Classification>;
}
