import type { EChartsOption } from 'echarts';
import type { HouseholdStats } from '../telemetry/stats.ts';
import { drawPng } from './draw.ts';
import { dayRange, shortDay } from './short-day.ts';
import { shortLabel } from './short-label.ts';

const width = 800;
/** Okabe and Ito: told apart by every kind of eye. */
const colours = { answers: '#0072b2', spent: '#d55e00', saved: '#56b4e9', slow: '#e69f00', goal: '#00795a' };
const ink = '#1a1a1a';
const fontSize = 24;
const text = { color: ink, fontSize };
const edge = 24;
const mostModels = 5;
const longestName = 20;
const barHeight = 52;
const panelHeight = 220;
/** More days than these have no room for a label each. */
const mostLabels = 7;
/** Where nothing is larger an axis ends here, so that a fraction of a cent does not look like a fortune. */
const least = { usd: 0.003, seconds: 6 };

/** Three panels for a phone held upright: answers by model, money by day, waiting by day. */
export function drawStats(
  stats: HouseholdStats,
  words: { readonly title: string; readonly goalSeconds: number },
): Buffer {
  const { periods, periodDays } = stats;
  const models = shownModels(stats.models);
  const days = periods.map(({ firstDay }) => shortDay(firstDay));
  const per = periodDays === 1 ? 'per day' : `per ${periodDays} days`;
  const spent = periods.map(({ costMicroUsd }) => costMicroUsd / 1_000_000);
  const saved = periods.map(({ savedMicroUsd }) => savedMicroUsd / 1_000_000);
  const median = periods.map(({ firstText }) => seconds(firstText?.medianMs));
  const slow = periods.map(({ firstText }) => seconds(firstText?.p95Ms));
  const decimals = usdDecimals(Math.max(...spent, ...saved));

  const goal = `goal ${words.goalSeconds} s`;

  const modelsTop = 186;
  const moneyTop = modelsTop + Math.max(1, models.length) * barHeight + 150;
  const waitTop = moneyTop + panelHeight + 190;
  const option: EChartsOption = {
    title: [
      heading(words.title, 20, { fontSize: 38 }),
      heading(dayRange(stats.firstDay, stats.lastDay), 74, { fontSize, fontWeight: 'normal' }),
      heading('Answers by model', modelsTop - 58),
      heading(`Cost and savings ${per}`, moneyTop - 100),
      heading(`Time to first text ${per}`, waitTop - 100),
      ...(models.length === 0 ? [note('no answers', modelsTop)] : []),
      ...(stats.firstText ? [] : [note('no answers', waitTop + 80)]),
    ],
    legend: [
      legend([names.spent, names.saved], moneyTop - 58, 'roundRect'),
      legend([names.median, names.slow, { name: goal, icon: dashes }], waitTop - 58),
    ],
    grid: [
      { left: 290, right: 100, top: modelsTop, height: Math.max(1, models.length) * barHeight },
      { left: 110, right: 46, top: moneyTop, height: panelHeight },
      { left: 110, right: 46, top: waitTop, height: panelHeight },
    ],
    xAxis: [{ gridIndex: 0, type: 'value', show: false, min: 0 }, dayAxis(1, days), dayAxis(2, days)],
    yAxis: [
      {
        gridIndex: 0,
        type: 'category',
        inverse: true,
        data: models.map(({ name }) => shortLabel(name, longestName)),
        axisLine: { show: false },
        axisTick: { show: false },
        axisLabel: { ...text, interval: 0, margin: 14 },
      },
      valueAxis(1, least.usd, (usd) => (usd === 0 ? '$0' : `$${usd.toFixed(decimals)}`)),
      valueAxis(2, least.seconds, (value) => `${value} s`),
    ],
    series: [
      {
        type: 'bar',
        barWidth: 30,
        itemStyle: { color: colours.answers },
        label: { ...text, show: true, position: 'right', fontWeight: 'bold' },
        data: models.map(({ answers }) => answers),
      },
      money(names.spent, colours.spent, spent),
      money(names.saved, colours.saved, saved),
      { ...wait(goal, colours.goal, 'none', []), ...goalLine(words.goalSeconds) },
      wait(names.slow, colours.slow, 'diamond', slow),
      wait(names.median, colours.answers, 'circle', median),
    ],
  };
  return drawPng(option, { width, height: waitTop + panelHeight + 64 });
}

const names = {
  spent: 'spent',
  saved: 'saved by answering at home',
  median: 'half of the answers',
  slow: '95 of 100 answers',
};

const seconds = (ms: number | undefined): number | null => (ms === undefined ? null : ms / 1_000);

const heading = (words: string, top: number, style: object = {}) => ({
  text: words,
  left: edge,
  top,
  textStyle: { ...text, fontSize: 30, ...style },
});

const note = (words: string, top: number) => ({
  ...heading(words, top, { fontSize, fontWeight: 'normal', color: '#595959' }),
  left: 120,
});

/** As the line that it stands for. */
const dashes = 'path://M0 8h12v4h-12zM16 8h12v4h-12z';

const legend = (data: (string | { name: string; icon: string })[], top: number, icon?: string) => ({
  data,
  top,
  left: edge - 4,
  padding: 5,
  itemGap: 28,
  itemWidth: 28,
  itemHeight: 20,
  textStyle: text,
  ...(icon !== undefined && { icon }),
});

const dayAxis = (gridIndex: number, data: string[]) => ({
  gridIndex,
  type: 'category' as const,
  data,
  axisLine: { lineStyle: { color: ink, width: 2 } },
  axisTick: { show: false },
  axisLabel: { ...text, margin: 14, ...(data.length <= mostLabels && { interval: 0 }) },
});

const valueAxis = (gridIndex: number, leastMax: number, formatter: (value: number) => string) => ({
  gridIndex,
  type: 'value' as const,
  min: 0,
  // Where it is null, the next round number above what there is.
  max: ({ max }: { max: number }) => (max > leastMax ? (null as unknown as number) : leastMax),
  splitNumber: 3,
  splitLine: { lineStyle: { color: '#d9d9d9' } },
  axisLabel: { ...text, formatter },
});

const money = (name: string, color: string, usd: readonly number[]) => ({
  name,
  type: 'bar' as const,
  xAxisIndex: 1,
  yAxisIndex: 1,
  barMaxWidth: 44,
  barGap: '10%',
  // Little is not nothing.
  barMinHeight: 3,
  itemStyle: { color },
  data: usd.map((value) => (value === 0 ? null : value)),
});

const wait = (name: string, color: string, symbol: string, data: (number | null)[]) => ({
  name,
  type: 'line' as const,
  xAxisIndex: 2,
  yAxisIndex: 2,
  symbol,
  symbolSize: symbol === 'diamond' ? 22 : 14,
  showAllSymbol: true,
  lineStyle: { width: 4 },
  itemStyle: { color },
  data,
});

/** Over the whole width, however few days there are. */
const goalLine = (goalSeconds: number) => {
  const lineStyle = { color: colours.goal, type: 'dashed' as const, width: 3 };
  const label = { show: false };
  return { lineStyle, markLine: { symbol: 'none', data: [{ yAxis: goalSeconds }], lineStyle, label } };
};

/** As many as the steps of an axis need that ends at about `largest`. */
function usdDecimals(largest: number): number {
  if (largest > 5) return 0;
  return largest > 0.05 ? 2 : 3;
}

function shownModels(models: HouseholdStats['models']): { name: string; answers: number }[] {
  const named = models.map(({ name = 'given again', answers }) => ({ name, answers }));
  if (named.length <= mostModels) return named;
  const rest = named.slice(mostModels - 1);
  const answers = rest.reduce((sum, one) => sum + one.answers, 0);
  return [...named.slice(0, mostModels - 1), { name: `${rest.length} others`, answers }];
}
