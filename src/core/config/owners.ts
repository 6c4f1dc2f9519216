import type { ConfigProblem, Environment } from './app-config.ts';
import type { Variable } from './environment-source.ts';
import { nearest } from './nearest.ts';
import { describeValue } from './problems.ts';

const platforms = ['telegram', 'discord'];

/** STEWARD_OWNERS, `telegram:123,discord:456`: the identities of the one person who owns this Steward. */
export function parseOwners(variable: Variable | undefined): {
  readonly owners: Environment['owners'];
  readonly problems: readonly ConfigProblem[];
} {
  const owners = new Map<string, Environment['owners'][number]>();
  const problems: ConfigProblem[] = [];
  if (!variable) return { owners: [], problems };
  for (const entry of variable.value.split(',').map((part) => part.trim())) {
    const [, platform = '', nativeId = ''] = /^([a-z]+):(\d{1,20})$/.exec(entry) ?? [];
    if (platforms.includes(platform)) owners.set(entry, { platform, nativeId });
    else
      problems.push({
        where: variable.where,
        key: 'STEWARD_OWNERS',
        seen: describeValue(entry) ?? '',
        expected:
          'telegram:123 or discord:456, several with commas between them; the number is your id there',
        remedy: remedyFor(entry),
      });
  }
  return { owners: [...owners.values()], problems };
}

function remedyFor(entry: string): string {
  const [platform = '', id = ''] = entry.split(':');
  const meant = nearest(platform, platforms);
  if (entry === '') return 'Remove the comma that is too many.';
  if (meant && meant !== platform && /^\d+$/.test(id)) return `Did you mean ${meant}:${id}?`;
  return 'Use the numeric id, not the name (on Telegram @userinfobot tells it), or leave it empty and pair with a code.';
}
