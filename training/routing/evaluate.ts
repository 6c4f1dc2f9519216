import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { alignedTable } from '../../src/core/chat/aligned-table.ts';
import type { Classifier } from '../../src/core/contracts/routing.ts';
import { loadConfig } from '../../src/core/config/load.ts';
import { createModelCaller } from '../../src/core/models/caller.ts';
import { createEmbeddedEngine } from '../../src/core/models/embedded/engine.ts';
import { createClassifier } from '../../src/core/routing/classifier/classifier.ts';
import { readExamples } from '../../src/core/routing/classifier/examples.ts';
import { createFeatureLayer } from '../../src/core/routing/classifier/feature-layer.ts';
import { createModelJudge } from '../../src/core/routing/classifier/model-judge.ts';
import { createNeighbours } from '../../src/core/routing/classifier/neighbours.ts';
import { thresholdsSchema } from '../../src/core/routing/thresholds.ts';
import { systemClock } from '../../src/core/system-clock.ts';
import { type LabelledMessage, labelledMessages, partOf } from '../../tests/support/labelled-messages.ts';
import { realModel } from '../../tests/support/real-models.ts';
import { projectRoot } from '../../tests/support/project-root.ts';
import { type Figures, figuresOf, type Judged } from './metrics.ts';

// How well the router does, by layers and by language. `--part tune` is for work on it; the untouched part is looked at
// when the work is done.

const { values } = parseArgs({
  options: {
    part: { type: 'string', default: 'untouched' },
    weights: { type: 'string' },
    quick: { type: 'boolean', default: false },
  },
});
const part = values.part === 'tune' ? 'tune' : 'untouched';
const messages = labelledMessages().filter((message) => partOf(message) === part);
const thresholds = thresholdsSchema.parse({});
const never = new AbortController().signal;

const percent = (share: number): string => (Number.isNaN(share) ? '–' : `${(share * 100).toFixed(1)} %`);
const decimal = (value: number): string => (Number.isNaN(value) ? '–' : value.toFixed(3));
const columns: readonly [string, (figures: Figures) => string][] = [
  ['messages', ({ messages: count }) => String(count)],
  ['agent', ({ agentAccuracy }) => percent(agentAccuracy)],
  ['macro-F1', ({ agentMacroF1 }) => decimal(agentMacroF1)],
  ['difficulty', ({ difficultyAccuracy }) => percent(difficultyAccuracy)],
  ['simple→local', ({ simpleLocal }) => percent(simpleLocal)],
  ['complex→cloud', ({ complexCloud }) => percent(complexCloud)],
  ['sensitive sent', ({ sensitiveSent }) => percent(sensitiveSent)],
  ['false alarms', ({ falseAlarms }) => percent(falseAlarms)],
  ['ECE', ({ calibrationError }) => decimal(calibrationError)],
  ['AUROC', ({ confidenceAuc }) => decimal(confidenceAuc)],
  ['cost cut', ({ costCut }) => percent(costCut)],
  ['ms', ({ ms }) => ms.toFixed(2)],
];

async function judge(classifier: Classifier, list: readonly LabelledMessage[]): Promise<Judged[]> {
  const judged: Judged[] = [];
  for (const message of list) {
    const begun = performance.now();
    const said = await classifier.classify(message, never);
    judged.push({ message, said, ms: performance.now() - begun });
  }
  return judged;
}

function print(title: string, rows: readonly (readonly [string, readonly Judged[]])[]): void {
  const table = [
    [title, ...columns.map(([name]) => name)],
    ...rows.map(([name, judged]) => {
      const figures = figuresOf(judged, thresholds);
      return [name, ...columns.map(([, show]) => show(figures))];
    }),
  ];
  process.stdout.write(
    `${alignedTable(table, ['left', ...columns.map(() => 'right' as const)]).join('\n')}\n\n`,
  );
}

const features = createFeatureLayer(values.weights);
const alone = createClassifier({ features });
alone.quick({ text: 'warm up' });
const rows: [string, Judged[]][] = [['features', await judge(alone, messages)]];

const embedder = realModel('embed');
const chat = realModel('chat');
const folder = mkdtempSync(join(tmpdir(), 'steward-eval-'));
const engine = createEmbeddedEngine({
  clock: systemClock,
  log: pino({ level: 'silent' }),
  gpu: false,
  idleMs: 600_000,
  installed: () => [],
  pathOf: (model) => (model === 'embed' ? embedder : chat),
  // oxlint-disable-next-line require-yield
  async *pull() {
    throw new Error('nothing is fetched here');
  },
});
try {
  if (embedder && !values.quick) {
    const neighbours = createNeighbours({
      examples: readExamples(),
      model: 'embed',
      languages: ['en'],
      folder,
      embed: (texts, signal) => engine.embed?.('embed', texts, signal) ?? Promise.resolve([]),
    });
    process.stdout.write('Giving the examples their vectors …\n');
    await neighbours.prepare(never);
    const two = createClassifier({ features, neighbours: neighbours.opinion });
    rows.push(['features + neighbours', await judge(two, messages)]);
    if (chat) {
      const loaded = loadConfig({ env: {}, cwd: projectRoot, projectRoot });
      if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
      const caller = createModelCaller({
        engines: new Map([['embedded', engine]]),
        limits: loaded.config.models.engines,
        clock: systemClock,
      });
      const model = { engine: 'embedded', model: 'chat', contextTokens: 4_096 };
      const judging = createModelJudge({ caller, model: () => Promise.resolve(model) });
      const three = createClassifier({ features, neighbours: neighbours.opinion, judge: judging });
      rows.push(['features + neighbours + model', await judge(three, messages)]);
    }
  }
} finally {
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
}

print(`by layers (${part})`, rows);
for (const [name, judged] of rows)
  print(
    name,
    [...new Set(messages.map(({ lang }) => lang))].map((lang) => [
      lang,
      judged.filter(({ message }) => message.lang === lang),
    ]),
  );
