import type { AuditLog } from '../audit.ts';
import type { Clock } from '../contracts/clock.ts';
import type { Json } from '../contracts/json.ts';
import type { Database } from '../db/database.ts';
import { asc } from '../db/drizzle.ts';
import { settings } from '../db/schema/control.ts';
import type { IdSource } from '../ids.ts';
import { type StewardConfig, stewardConfigSchema } from './steward-schema.ts';

export interface SettingView {
  readonly key: string;
  readonly value: Json;
  readonly origin: 'steward.yaml' | 'changed in the chat';
}

export interface Settings {
  /** steward.yaml with what was changed in the chat laid over it. */
  current(): StewardConfig;
  list(): readonly SettingView[];
  /** Checks the value as steward.yaml would be checked; `undefined` goes back to the file. A problem is a sentence. */
  prepare(
    key: string,
    typed: string | undefined,
  ): { ok: true; apply(personId: string): void } | { ok: false; problem: string };
}

/** What can be changed in the chat; the rest of steward.yaml needs a restart anyway. */
export const settableKeys = [
  'household.timezone',
  'household.language',
  'household.currency',
  'budget.dayUsd',
  'budget.monthUsd',
  'budget.personDayUsd',
  'budget.personMonthUsd',
  'routing.cloudAbove',
  'routing.strongAbove',
  'routing.sensitiveAbove',
  'routing.unsureBelow',
  'conversation.localPromptTokens',
  'conversation.cloudPromptTokens',
  'files.maxFileBytes',
  'notifications.digestHour',
] as const;

export function createSettings(options: {
  database: Database;
  ids: IdSource;
  clock: Clock;
  audit: AuditLog;
  base: StewardConfig;
}): Settings {
  const { database, ids, clock, audit, base } = options;
  const overlay = new Map<string, Json>();

  const build = (values: ReadonlyMap<string, Json>): unknown => {
    const merged = structuredClone(base) as unknown as Record<string, Record<string, Json>>;
    for (const [key, value] of values) {
      const [section = '', field = ''] = key.split('.');
      if (merged[section]) merged[section][field] = value;
    }
    return merged;
  };

  for (const row of database.orm.select().from(settings).orderBy(asc(settings.id)).all()) {
    if (row.value === null) overlay.delete(row.key);
    else overlay.set(row.key, row.value);
  }
  // A stored value that a later version no longer accepts must not stop the start.
  for (const key of overlay.keys())
    if (!stewardConfigSchema.safeParse(build(new Map([[key, overlay.get(key) ?? null]]))).success)
      overlay.delete(key);
  const cache = { current: stewardConfigSchema.parse(build(overlay)) };

  const valueOf = (config: StewardConfig, key: string): Json => {
    const [section = '', field = ''] = key.split('.');
    return (config as unknown as Record<string, Record<string, Json>>)[section]?.[field] ?? null;
  };

  return {
    current: () => cache.current,
    list: () =>
      settableKeys.map((key) => ({
        key,
        value: valueOf(cache.current, key),
        origin: overlay.has(key) ? 'changed in the chat' : 'steward.yaml',
      })),
    prepare(key, typed) {
      const known = settableKeys.find((one) => one.toLowerCase() === key.toLowerCase());
      if (!known)
        return {
          ok: false,
          problem: `There is no setting \`${key.slice(0, 60)}\`. \`/settings\` lists them.`,
        };
      const next = new Map(overlay);
      const usual = valueOf(base, known);
      // What may be left out has no value to go by.
      const isNumber = usual === null ? Number.isFinite(Number(typed)) : typeof usual === 'number';
      const value: Json | undefined = typed === undefined ? undefined : isNumber ? Number(typed) : typed;
      if (value === undefined) next.delete(known);
      else next.set(known, value);
      const checked = stewardConfigSchema.safeParse(build(next));
      if (!checked.success) {
        const expected = checked.error.issues[0]?.message ?? 'not understood';
        return {
          ok: false,
          problem: `\`${known}\` cannot be \`${String(typed).slice(0, 60)}\`: ${expected}.`,
        };
      }
      return {
        ok: true,
        apply(personId) {
          database.orm
            .insert(settings)
            .values({ id: ids.next(), key: known, value: value ?? null, personId, at: clock.now() })
            .run();
          audit({ act: 'setting-changed', personId, subject: known });
          if (value === undefined) overlay.delete(known);
          else overlay.set(known, value);
          cache.current = checked.data;
        },
      };
    },
  };
}
