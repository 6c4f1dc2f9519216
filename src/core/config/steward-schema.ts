import { z } from 'zod';
import { thresholdsSchema } from '../routing/thresholds.ts';

const isTimeZone = (zone: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
};

const usd = z.number().min(0).max(10_000);

export const stewardConfigSchema = z.strictObject({
  household: z.strictObject({
    timezone: z.string().refine(isTimeZone, 'an IANA time zone such as Europe/Berlin'),
    /** BCP 47, for example `en` or `de-CH`. */
    language: z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'a language tag such as en or de-CH'),
    /** ISO 4217; spending itself is always counted in USD. */
    currency: z.string().regex(/^[A-Z]{3}$/, 'three capital letters such as USD or EUR'),
  }),
  /** With an API key the consent to use the cloud; 0 = never. */
  budget: z.strictObject({
    dayUsd: usd,
    monthUsd: usd,
    /** What one person may spend of it; as much as all together where nothing is said. */
    personDayUsd: usd.optional(),
    personMonthUsd: usd.optional(),
  }),
  /** Messages a minute; the owner has no limit. */
  access: z.strictObject({
    memberMessagesPerMinute: z.int().min(1).max(10_000),
    guestMessagesPerMinute: z.int().min(1).max(10_000),
  }),
  routing: thresholdsSchema.prefault({}),
  conversation: z.strictObject({
    /** How long a context the local model can read in about three seconds; doctor measures it later. */
    localPromptTokens: z.int().min(512).max(200_000),
    cloudPromptTokens: z.int().min(1024).max(900_000),
    /** Turns at once over all chats; within a chat they keep their order. */
    concurrentTurns: z.int().min(1).max(64),
  }),
  files: z.strictObject({
    maxFileBytes: z.int().min(1024).max(2_000_000_000),
    maxFilesPerMessage: z.int().min(1).max(100),
    /** A longer text file is cut for the model; the file itself is kept whole. */
    maxInlineCharacters: z.int().min(1000).max(2_000_000),
  }),
  /** What Steward says unasked, to the chats that `/notify here` chose. Files of before it have none. */
  notifications: z
    .strictObject({
      /** When the daily digest comes, on the household's clock. */
      digestHour: z.int().min(0).max(23),
    })
    .default({ digestHour: 8 }),
  /** A model that runs in Steward itself, where there is no other. */
  embedded: z
    .strictObject({
      /** `always` fetches the one that suits the machine at the start without asking, `never` does not offer it. */
      fetch: z.enum(['ask', 'always', 'never']),
      gpu: z.boolean().default(false),
    })
    .default({ fetch: 'ask', gpu: false }),
  /** The longest message taken as text; a longer one becomes a file. */
  maxMessageCharacters: z.int().min(1000).max(10_000_000),
});

export type StewardConfig = z.infer<typeof stewardConfigSchema>;
