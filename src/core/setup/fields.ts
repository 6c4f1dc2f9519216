import * as shapes from '../config/variable-shapes.ts';
import { parseOwners } from '../config/owners.ts';
import { stewardConfigSchema } from '../config/steward-schema.ts';
import type { Json } from '../contracts/json.ts';

/** One thing that setup asks for. */
export interface SetupField {
  /** The variable, or the dotted key in steward.yaml. */
  readonly key: string;
  readonly place: '.env' | 'steward.yaml';
  readonly question: string;
  /** Where the answer comes from, and what it is for. */
  readonly explanation: string;
  readonly isSecret: boolean;
  /** The value as it is stored, or a sentence about what is wrong with it. */
  read(
    typed: string,
  ): { readonly ok: true; readonly value: Json } | { readonly ok: false; readonly problem: string };
}

const fromShape = (
  key: string,
  question: string,
  explanation: string,
  shape: shapes.VariableShape<string>,
): SetupField => ({
  key,
  place: '.env',
  question,
  explanation,
  isSecret: shape.isSecret ?? false,
  read: (typed) =>
    shape.parse(typed) === undefined
      ? { ok: false, problem: `Expected ${shape.expected}. ${shape.remedy}` }
      : { ok: true, value: typed },
});

const fromSchema = (
  key: `${'household' | 'budget'}.${string}`,
  question: string,
  explanation: string,
): SetupField => ({
  key,
  place: 'steward.yaml',
  question,
  explanation,
  isSecret: false,
  read(typed) {
    const [section = '', name = ''] = key.split('.');
    const shape = stewardConfigSchema.shape as unknown as Record<string, { shape: Record<string, Parser> }>;
    const value: Json = section === 'budget' ? Number(typed.replace(',', '.')) : typed;
    const parsed = shape[section]?.shape[name]?.safeParse(value);
    if (parsed?.success) return { ok: true, value };
    return { ok: false, problem: `Expected ${parsed?.error?.issues[0]?.message ?? 'another value'}.` };
  },
});

interface Parser {
  safeParse(value: unknown): { success: boolean; error?: { issues: { message: string }[] } };
}

const owners: SetupField = {
  key: 'STEWARD_OWNERS',
  place: '.env',
  question: 'Your accounts',
  explanation:
    'As telegram:123,discord:456, with your numeric ids (on Telegram @userinfobot tells yours; on Discord Developer Mode, Copy User ID). Empty: the code that the start prints makes its sender the owner.',
  isSecret: false,
  read(typed) {
    const { problems } = parseOwners({ value: typed, where: 'setup' });
    const [problem] = problems;
    return problem
      ? { ok: false, problem: `Expected ${problem.expected}. ${problem.remedy}` }
      : { ok: true, value: typed };
  },
};

/** In the order in which they are asked. */
export const setupFields: readonly SetupField[] = [
  fromShape(
    'TELEGRAM_BOT_TOKEN',
    'Telegram bot token',
    'In Telegram write to @BotFather: /newbot, a name, a user name that ends in bot. It gives a token.',
    shapes.telegramTokenShape,
  ),
  fromShape(
    'DISCORD_BOT_TOKEN',
    'Discord bot token',
    'discord.com/developers, New Application, Bot: switch on Message Content Intent, Reset Token.',
    shapes.keyShape('Copy it from the Bot page of your application.'),
  ),
  owners,
  fromShape(
    'ANTHROPIC_API_KEY',
    'Claude API key',
    'console.anthropic.com, API Keys. Together with the budget below it is the consent to spend; without it all stays local.',
    shapes.keyShape('Copy it from console.anthropic.com.'),
  ),
  fromShape(
    'OLLAMA_HOST',
    'Where Ollama answers',
    'Only if it runs on another machine, for example 192.168.1.20:11434.',
    shapes.ollamaHostShape,
  ),
  fromSchema('household.timezone', 'Time zone', 'An IANA name; days and months of the budget follow it.'),
  fromSchema('household.language', 'Language', 'A tag such as en or de-CH.'),
  fromSchema(
    'household.currency',
    'Currency',
    'Three letters such as EUR; spending itself is counted in USD.',
  ),
  fromSchema('budget.dayUsd', 'Most that Claude may cost a day, in USD', '0 = no cloud.'),
  fromSchema('budget.monthUsd', 'Most that Claude may cost a month, in USD', '0 = no cloud.'),
];
