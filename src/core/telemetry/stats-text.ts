import { shortDay } from '../charts/short-day.ts';
import { textBars } from '../charts/text-bars.ts';
import { formatUsd } from '../money/price.ts';
import { firstTextGoalMs } from './first-text.ts';
import type { HouseholdStats, Share, StatsPeriod } from './stats.ts';

const goals = { errors: 0.05, wentWell: 0.9, approved: 0.7 };

export const statsTitle = (days: number): string => (days === 1 ? 'Today' : `Last ${days} days`);

/** The four rates that matter against their goals, then the figures, short enough for a phone. */
export function statsText(stats: HouseholdStats): string {
  const { answered, failed } = stats;
  const ended = (n: number): string =>
    answered + failed === 0 ? '' : ` (${percent({ part: n, of: answered + failed })})`;
  const saved = stats.savedMicroUsd > 0 ? `, saved about ${formatUsd(stats.savedMicroUsd)}` : '';
  return [
    `${statsTitle(stats.days)}, against the goals:`,
    '',
    firstTextLine(stats),
    rateLine('errors', stats.errors, 'no answers yet', { below: goals.errors }),
    rateLine('went well', stats.wentWell, 'no answers yet', { least: goals.wentWell }),
    rateLine('proposals approved', stats.approved, 'no proposals yet', { least: goals.approved }),
    '',
    'In figures:',
    '',
    `- messages: ${stats.messages}`,
    `- answered: ${answered}${ended(answered)}`,
    `- failed: ${failed}${ended(failed)}`,
    `- stopped: ${stats.cancelled}`,
    `- cost: ${formatUsd(stats.costMicroUsd)}${saved}`,
  ].join('\n');
}

function firstTextLine({ firstText }: HouseholdStats): string {
  const goal = `goal < ${firstTextGoalMs / 1000} s`;
  if (!firstText) return `- ${marks.none} time to first text: no answers yet (${goal})`;
  const { medianMs, withinGoal, answers } = firstText;
  const within = percent({ part: withinGoal, of: answers });
  const mark = medianMs < firstTextGoalMs ? marks.held : marks.missed;
  return `- ${mark} time to first text: half within ${formatSeconds(medianMs)}, ${within} in time (${goal})`;
}

const marks = { held: '✓', missed: '✗', none: '·' };

function rateLine(
  name: string,
  share: Share | undefined,
  nothing: string,
  goal: { readonly below: number } | { readonly least: number },
): string {
  const isCeiling = 'below' in goal;
  const limit = isCeiling ? goal.below : goal.least;
  const wanted = `goal ${isCeiling ? '<' : '≥'} ${Math.round(limit * 100)} %`;
  if (!share) return `- ${marks.none} ${name}: ${nothing} (${wanted})`;
  const value = share.part / share.of;
  const isHeld = isCeiling ? value < limit : value >= limit;
  return `- ${isHeld ? marks.held : marks.missed} ${name}: ${percent(share)} (${wanted})`;
}

const percent = ({ part, of }: Share): string => `${Number(((part / of) * 100).toFixed(1))} %`;

const formatSeconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** What the picture shows, in one sentence. */
export function statsDescription(stats: HouseholdStats): string {
  const { answered, models, firstText } = stats;
  const [first] = models;
  const most = first?.name !== undefined && models.length > 1 ? `, most by ${first.name}` : '';
  return [
    `${statsTitle(stats.days)}: ${answered} ${answered === 1 ? 'answer' : 'answers'}${most}`,
    `${formatUsd(stats.costMicroUsd)} spent, about ${formatUsd(stats.savedMicroUsd)} saved`,
    ...(firstText ? [`half of the answers began within ${formatSeconds(firstText.medianMs)}`] : []),
  ].join('; ');
}

/** The picture as text: three blocks of bars in fixed width. */
export function statsBars(stats: HouseholdStats): string {
  const per = stats.periodDays === 1 ? 'per day' : `per ${stats.periodDays} days`;
  const byPeriod = (bar: (period: StatsPeriod) => { value: number; more: number; figures: string[] }) =>
    stats.periods.map((period) => ({ label: shortDay(period.firstDay), ...bar(period) }));
  const answers = stats.models.map(({ name = 'given again', answers: value }) => ({
    label: name,
    value,
    figures: [String(value)],
  }));
  const money = byPeriod(({ costMicroUsd, savedMicroUsd }) => ({
    value: costMicroUsd,
    more: savedMicroUsd,
    figures: [formatUsd(costMicroUsd), formatUsd(savedMicroUsd)],
  }));
  const waits = byPeriod(({ firstText }) => ({
    value: firstText?.medianMs ?? 0,
    more: firstText ? firstText.p95Ms - firstText.medianMs : 0,
    figures: firstText ? [formatSeconds(firstText.medianMs), formatSeconds(firstText.p95Ms)] : ['–', '–'],
  }));
  const lines = [
    'Answers by model',
    '',
    ...(answers.length > 0 ? textBars(answers, []) : ['no answers']),
    '',
    `Cost █ and savings ░ ${per}`,
    '',
    ...textBars(money, ['spent', 'saved']),
    '',
    `Time to first text ${per}: half of the answers █, 95 of 100 ░`,
    '',
    ...textBars(waits, ['half', '95 %']),
  ];
  // A fence that no name of a model can close.
  return ['````', ...lines.map((line) => line.replaceAll('`', "'")), '````'].join('\n');
}
