import type { ModelsConfig } from './models-schema.ts';
import type { StewardConfig } from './steward-schema.ts';

/** Everything the program was told from outside, validated. Built by `loadConfig`, read-only from then on. */
export interface AppConfig {
  readonly paths: {
    /** STEWARD_HOME: database, logs, lock; readable by its owner alone. */
    readonly home: string;
    /** STEWARD_CONFIG: YAML and prompts. */
    readonly config: string;
    /** STEWARD_WORKSPACE: what agents may touch. */
    readonly workspace: string;
    readonly migrations: string;
  };
  /** Secrets and addresses from the environment and .env; empty variables count as absent. */
  readonly environment: Environment;
  readonly steward: StewardConfig;
  readonly models: ModelsConfig;
  /** config/prompts/*.md by file name without ending. */
  readonly prompts: Readonly<Record<string, Prompt>>;
}

export interface Prompt {
  readonly text: string;
  /** SHA-256 of the text in hex, stored on each task that used it. */
  readonly hash: string;
}

export interface Environment {
  readonly telegramBotToken?: string;
  readonly telegramApiRoot: string;
  readonly discordBotToken?: string;
  readonly discordApiUrl?: string;
  readonly anthropicApiKey?: string;
  readonly anthropicBaseUrl?: string;
  /** With scheme and port; Ollama's own forms (`0.0.0.0`, `host:port`) are understood. */
  readonly ollamaHost: string;
  /** Absent: Steward starts and supervises its own server. */
  readonly chromaUrl?: string;
  readonly braveApiKey?: string;
  readonly tavilyApiKey?: string;
  readonly searxngUrl?: string;
  readonly webHost?: string;
  readonly webPort?: number;
  readonly webToken?: string;
  readonly publicUrl?: string;
  readonly owners: readonly { readonly platform: string; readonly nativeId: string }[];
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
}

/** One thing that is wrong with what the program was told. */
export interface ConfigProblem {
  /** `config/steward.yaml:12`, `.env:3`, `environment`, or the path of a folder. */
  readonly where: string;
  /** `budget.dayUsd`, `OLLAMA_HOST`. */
  readonly key: string;
  /** What was found; secrets masked; absent for a missing key. */
  readonly seen?: string;
  readonly expected: string;
  readonly remedy: string;
}
