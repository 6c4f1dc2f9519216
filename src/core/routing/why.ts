import type { ModelsConfig } from '../config/models-schema.ts';
import type { KeptClassification } from '../contracts/routing.ts';
import type { Database } from '../db/database.ts';
import { asc, eq } from '../db/drizzle.ts';
import { decisions, tasks } from '../db/schema/work.ts';
import { costMicroUsd, formatUsd } from '../money/price.ts';

/** What /why says of a turn: its class, what decided, what it cost and what the other route would have cost. Markdown. */
export function whyText(database: Database, models: ModelsConfig, taskId: string): string {
  const { orm } = database;
  const task = orm.select().from(tasks).where(eq(tasks.id, taskId)).get();
  if (!task) return 'There is no answer here yet.';
  const rows = orm
    .select()
    .from(decisions)
    .where(eq(decisions.taskId, taskId))
    .orderBy(asc(decisions.id))
    .all();
  const classification = rows.findLast((row) => row.classification !== null)?.classification;
  const tokens = task.inputTokens + task.outputTokens;
  const wait = task.firstTextAt && task.startedAt ? (task.firstTextAt - task.startedAt) / 1000 : undefined;
  return [
    `${task.state}${task.model ? ` by **${task.model}**` : ''}`,
    '',
    ...(classification ? [...classLines(classification), ''] : []),
    ...rows.map((row, index) => `${index + 1}. ${row.model ?? routeNames[row.route]} – ${row.reason}`),
    '',
    `- cost: ${formatUsd(task.costMicroUsd)}`,
    ...(task.model ? [otherRoute(task, models)] : []),
    ...(tokens > 0 ? [`- tokens: ${task.inputTokens} in, ${task.outputTokens} out`] : []),
    ...(wait === undefined ? [] : [`- first text after ${wait.toFixed(1)} s`]),
    ...(task.isPrivate ? ['- private: its words stay at home, also as context of later messages'] : []),
    ...(task.errorCode ? [`- error: ${task.errorCode}`] : []),
  ].join('\n');
}

const routeNames = {
  local: 'local',
  cloud: 'cloud',
  none: 'no model',
  cache: 'kept answer',
  ask: 'asked first',
};

function classLines(kept: KeptClassification): string[] {
  return [
    `- kind: ${kept.agent} (${percent(kept.agentConfidence)} sure)`,
    `- difficulty: ${kept.difficulty} (${percent(kept.difficultyConfidence)} sure)`,
    `- private: ${percent(kept.sensitivity)}`,
    `- benefit of the strong model: ${percent(kept.score)}`,
    `- told by: ${kept.layers.join(', ')}`,
  ];
}

const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** What the same tokens would have cost on the other side. */
function otherRoute(task: typeof tasks.$inferSelect, models: ModelsConfig): string {
  const paid = task.model ? models.models[task.model]?.price : undefined;
  if (paid) return '- at home it would have cost nothing';
  const { fast } = models.roles;
  const price = models.models[fast]?.price;
  if (!price) return `- what ${fast} would have cost is not known: models.yaml has no price for it`;
  const { inputTokens, outputTokens } = task;
  const cost = costMicroUsd(price, { inputTokens, outputTokens, cacheReadTokens: 0, cacheWriteTokens: 0 });
  return `- ${fast} would have cost about ${formatUsd(cost)}`;
}
