import { describe, expect, test } from 'vitest';
import type { Classification } from '../../../../src/core/contracts/routing.ts';
import { createClassifier } from '../../../../src/core/routing/classifier/classifier.ts';
import { createFeatureLayer, type Opinion } from '../../../../src/core/routing/classifier/feature-layer.ts';
import { thresholdsSchema } from '../../../../src/core/routing/thresholds.ts';

const features = createFeatureLayer();
const alone = createClassifier({ features });
const thresholds = thresholdsSchema.parse({});
const never = new AbortController().signal;
const quick = (text: string, context: readonly string[] = []): Classification =>
  alone.quick({ text, context });

describe('the features alone', () => {
  test.each([
    ['What does photosynthesis mean?', 'chat', 'simple'],
    ['regex for a swiss postcode', 'code', 'simple'],
    ['will it rain in Oslo tomorrow', 'research', 'simple'],
    ['rename the scans in Taxes/2024 by date', 'fileops', undefined],
    ['timer 12 min', 'skill', 'simple'],
    ['Rappelle-moi demain à 8h de sortir les poubelles', 'skill', 'simple'],
    ['Schreib ein vollständiges Schachspiel mit KI-Gegner in Rust, mit Tests', 'code', 'complex'],
    ['¿Cómo se dice "gracias" en japonés?', 'chat', 'simple'],
    ['明日の東京の天気は？', 'research', 'simple'],
    ['напомни завтра в 9 позвонить в садик', 'skill', 'simple'],
  ] as const)('%s', (text, agent, difficulty) => {
    const said = quick(text);
    expect(said.agent).toBe(agent);
    if (difficulty) expect(said.difficulty).toBe(difficulty);
  });

  test.each([
    'my landlord wants me out by March because I am two rents behind',
    'Bei mir wurde Diabetes festgestellt, was darf ich noch essen?',
    'mon mari boit de nouveau et les enfants le voient',
    'what is my overdraft fee if I am 300 under until payday',
    'Nobody at the company knows yet that we are closing the plant in May',
  ])('private: %s', (text) => {
    expect(quick(text).sensitivity).toBeGreaterThanOrEqual(thresholds.sensitiveAbove);
  });

  test.each([
    'What is a mortgage?',
    'How does divorce law work in Sweden, for an essay',
    'my tomato plants have brown spots',
    'password for level 3 of the game Riven',
  ])('not private: %s', (text) => {
    expect(quick(text).sensitivity).toBeLessThan(thresholds.sensitiveAbove);
  });

  test.each([
    ['an account', 'pay the piano teacher, DE89 3704 0044 0532 0130 00'],
    ['a card', 'save this: 4111 1111 1111 1111'],
    ['an API key', 'why does sk-ant-api03-AbCdEfGhIjKlMnOp not work'],
    ['a private key', '-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----'],
  ])('a message that holds %s is private whatever else it says', (_what, text) => {
    expect(quick(text).sensitivity).toBe(1);
  });

  test.each(['4111 1111 1111 1112', 'DE89 3704 0044 0532 0130 01', 'order 1234567890123'])(
    'a number that only looks like one decides nothing: %s',
    (text) => {
      expect(quick(text).sensitivity).toBeLessThan(1);
    },
  );

  test('a follow-up is read with what was said before it', () => {
    const before = ['regex for a german car plate', 'Use ^[A-ZÄÖÜ]{1,3}-[A-Z]{1,2} [0-9]{1,4}$'];
    const said = quick('and for an austrian one?', before);
    expect(said).toMatchObject({ agent: 'code' });
    expect(said.followUp).toBeGreaterThan(0.5);
    const illness = [
      'my biopsy came back, grade 3',
      'I am sorry. Grade 3 means the cells look very different.',
    ];
    expect(quick('and how long then?', illness).sensitivity).toBeGreaterThan(
      quick('and how long then?', before).sensitivity,
    );
  });

  test('hidden letters and accents change nothing that matters', () => {
    const plain = quick('remind me tomorrow at 8 to call the garage');
    const hidden = quick('re\u200bmind m\u2060e tomor\u200drow at 8 to call the garage');
    expect(hidden).toMatchObject({ agent: plain.agent, difficulty: plain.difficulty });
    expect(quick('wie lange müssen eier kochen').agent).toBe(quick('wie lange mussen eier kochen').agent);
  });

  test.each([
    ['nothing', ''],
    ['one emoji', '👍'],
    ['signs', '?!?! ...'],
    ['a megabyte', 'ERROR worker 3 failed: connection reset\n'.repeat(26_000)],
    ['lone surrogates', '\ud800 \udc00 hello'],
  ])('%s gets a whole answer', (_what, text) => {
    const said = quick(text);
    for (const share of [said.agentConfidence, said.difficultyConfidence, said.score, said.sensitivity]) {
      expect(share).toBeGreaterThanOrEqual(0);
      expect(share).toBeLessThanOrEqual(1);
    }
  });

  test('the same message gets the same answer', () => {
    expect(quick('plan a week of meals')).toEqual(quick('plan a week of meals'));
  });
});

describe('the layers together', () => {
  const opinion = (change: Partial<Opinion>): Opinion => ({
    agents: [0.2, 0.2, 0.2, 0.2, 0.2],
    difficulties: [0.33, 0.33, 0.34],
    sensitive: 0.1,
    ...change,
  });
  const unclear = 'blorp zint kwee?';
  /** The real features, but for one message that says nothing to them. */
  const doubting: typeof features = {
    ...features,
    opinion: (message) => ({ ...features.opinion(message), ...(message.text === unclear && opinion({})) }),
  };

  test('another layer can move what is unclear, and is named', async () => {
    const neighbours = () => Promise.resolve(opinion({ agents: [0.01, 0.01, 0.01, 0.96, 0.01] }));
    const said = await createClassifier({ features: doubting, neighbours }).classify(
      { text: unclear },
      never,
    );
    expect(said.agent).toBe('fileops');
    expect(said.layers).toEqual(['features', 'neighbours']);
  });

  test('the model is asked only where nobody is sure', async () => {
    let asked = 0;
    const judge = () => {
      asked++;
      return Promise.resolve(opinion({}));
    };
    const classifier = createClassifier({ features: doubting, judge });
    await classifier.classify({ text: 'What is the capital of Australia?' }, never);
    expect(asked).toBe(0);
    await classifier.classify({ text: unclear }, never);
    expect(asked).toBe(1);
  });

  test('another layer may find a message private, never less private', async () => {
    const text = 'my landlord wants me out by March because I am two rents behind';
    const lenient = () => Promise.resolve(opinion({ sensitive: 0 }));
    const strict = () => Promise.resolve(opinion({ sensitive: 0.98 }));
    const by = (neighbours: () => Promise<Opinion>) => createClassifier({ features, neighbours });
    expect((await by(lenient).classify({ text }, never)).sensitivity).toBe(quick(text).sensitivity);
    const harmless = 'sort the photos from the lake by day';
    expect((await by(strict).classify({ text: harmless }, never)).sensitivity).toBeGreaterThan(
      quick(harmless).sensitivity,
    );
  });

  test('a layer that fails is left out and told of', async () => {
    const troubles: string[] = [];
    const classifier = createClassifier({
      features,
      neighbours: () => Promise.reject(new Error('gone')),
      onTrouble: (layer) => troubles.push(layer),
    });
    const said = await classifier.classify({ text: 'What is the capital of Australia?' }, never);
    expect(said.layers).toEqual(['features']);
    expect(troubles).toEqual(['neighbours']);
  });
});
