import { estimateTokens } from '../src/core/models/tokens.ts';
import { chatIds, startSubject, type Subject, type SubjectName, until } from './subject.ts';

/** One line of the table; lower is better unless said. */
export interface Row {
  readonly what: string;
  readonly unit: string;
  readonly steward: number;
  /** The echo bot beside it, in the same run. */
  readonly floor: number | undefined;
  readonly target: string;
  readonly isMet: boolean;
}

const warmups = 50;
const measured = 300;
const burst = 1_000;
const many = 10_000;
const idleMs = 5_000;
const patienceMs = 400_000;

const [firstChat = 0] = chatIds;

/** Messages that have left a subject: its answers. */
const sent = ({ telegram }: Subject): number => telegram.countOf('sendMessage');
const isAnswered = (subject: Subject, count: number) => (): boolean => sent(subject) >= count;

/** Questions to the model, not looks at whether it is there; counted from the end, where the new ones are. */
function askedOf({ ollama: { requests } }: Subject): number {
  const state = askedSoFar.get(requests) ?? { looked: 0, asked: 0 };
  for (; state.looked < requests.length; state.looked++)
    if (requests[state.looked]?.kind === 'chat') state.asked += 1;
  askedSoFar.set(requests, state);
  return state.asked;
}
const askedSoFar = new WeakMap<object, { looked: number; asked: number }>();

/** From the update to what it is for: the request to the model, or, at the floor, the echo. */
async function latencies(subject: Subject, count: number): Promise<number[]> {
  const times: number[] = [];
  const arrived = (): number => (subject.name === 'steward' ? askedOf(subject) : sent(subject));
  for (let n = 0; n < count; n++) {
    const [before, answers] = [arrived(), sent(subject)];
    const begun = performance.now();
    subject.telegram.says(firstChat, `hello ${n}`);
    while (arrived() === before) await new Promise((resolve) => setImmediate(resolve));
    times.push(performance.now() - begun);
    await until(isAnswered(subject, answers + 1));
  }
  return times.toSorted((a, b) => a - b);
}

async function throughput(subject: Subject, count: number): Promise<{ perSecond: number; cpuMs: number }> {
  const [before, cpu] = [sent(subject), subject.cpuMs()];
  const begun = performance.now();
  for (let n = 0; n < count; n++)
    subject.telegram.says(chatIds[n % chatIds.length] ?? firstChat, `hello ${n}`);
  await until(isAnswered(subject, before + count), patienceMs);
  const seconds = (performance.now() - begun) / 1_000;
  return { perSecond: count / seconds, cpuMs: (subject.cpuMs() - cpu) / count };
}

const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

interface Figures {
  readonly firstPollMs: number;
  readonly idleMb: number;
  readonly treeMb: number;
  readonly p50: number;
  readonly p95: number;
  readonly perSecond: number;
  readonly cpuMs: number;
  readonly grownPercent: number;
  readonly hiddenTokens: number;
}

async function measure(name: SubjectName, nodeArguments: readonly string[]): Promise<Figures> {
  const subject = await startSubject(name, nodeArguments);
  try {
    await new Promise((resolve) => setTimeout(resolve, idleMs));
    const idle = subject.memory();
    await latencies(subject, warmups);
    const times = await latencies(subject, measured);
    const rate = await throughput(subject, burst);
    const before = subject.memory().mainMb;
    await throughput(subject, many);
    await new Promise((resolve) => setTimeout(resolve, idleMs));
    return {
      firstPollMs: subject.firstPollMs,
      idleMb: idle.mainMb,
      treeMb: idle.treeMb,
      p50: quantile(times, 0.5),
      p95: quantile(times, 0.95),
      ...rate,
      grownPercent: (subject.memory().mainMb / before - 1) * 100,
      hiddenTokens: hiddenTokens(subject),
    };
  } finally {
    await subject.stop();
  }
}

/** What the model reads around the first "hello". */
function hiddenTokens({ ollama }: Subject): number {
  const [first] = ollama.chats();
  const messages = Array.isArray(first?.body.messages) ? first.body.messages : [];
  const words = messages.map((message) =>
    typeof message === 'object' && message && 'content' in message && typeof message.content === 'string'
      ? message.content
      : '',
  );
  return estimateTokens(words.join('\n')) - estimateTokens('hello 0');
}

/** Runs the two beside each other and makes the table of section 14 of the design. */
export async function allRows(nodeArguments: readonly string[]): Promise<Row[]> {
  const floor = await measure('echo', []);
  const steward = await measure('steward', nodeArguments);
  const row = (
    what: string,
    unit: string,
    key: keyof Figures,
    target: string,
    isMet: (value: number) => boolean,
  ): Row => ({
    what,
    unit,
    steward: steward[key],
    floor: key === 'hiddenTokens' ? undefined : floor[key],
    target,
    isMet: isMet(steward[key]),
  });
  return [
    row('spawn to first poll, fresh', 'ms', 'firstPollMs', '≤ 1000', (value) => value <= 1_000),
    row('update to model request, warm, p50', 'ms', 'p50', '≤ 5', (value) => value <= 5),
    row('update to model request, warm, p95', 'ms', 'p95', '≤ 15', (value) => value <= 15),
    row('10 chats at once', 'msg/s', 'perSecond', '≥ 200', (value) => value >= 200),
    row('CPU per message', 'ms', 'cpuMs', '≤ 5', (value) => value <= 5),
    row('memory idle, main process', 'MB', 'idleMb', '≤ 130', (value) => value <= 130),
    row('memory idle, whole tree', 'MB', 'treeMb', '≤ 260', (value) => value <= 260),
    row('memory after 10,000 messages', '%', 'grownPercent', '≤ +20', (value) => value <= 20),
    row('hidden prompt around "hello"', 'tokens', 'hiddenTokens', '≤ 1000', (value) => value <= 1_000),
  ];
}
