import { Cron } from 'croner';

/** The household's day, YYYY-MM-DD, at an instant; its first seven characters are the month. */
export function dayOf(at: number, timezone: string): string {
  // Swedish writes dates as ISO 8601 does.
  return new Intl.DateTimeFormat('sv-SE', { timeZone: timezone }).format(at);
}

/** Minutes after midnight on the household's clock. */
export function minuteOfDay(at: number, timezone: string): number {
  const [hours = '', minutes = ''] = timeOf(at, timezone).split(':');
  return Number(hours) * 60 + Number(minutes);
}

/** `HH:MM` on the household's clock. */
export function timeOf(at: number, timezone: string): string {
  return new Intl.DateTimeFormat('sv-SE', {
    timeZone: timezone,
    hour: '2-digit',
    minute: '2-digit',
  }).format(at);
}

/** The first instant after `at` when the household's clock shows this minute of the day; right over clock changes. */
export function nextDaily(at: number, minute: number, timezone: string): number {
  const pattern = `0 ${minute % 60} ${Math.floor(minute / 60)} * * *`;
  const next = new Cron(pattern, { timezone, paused: true }).nextRun(new Date(at));
  if (!next) throw new Error(`${pattern} never comes`);
  return next.getTime();
}

/** The beginning of a month, YYYY-MM, on the household's clock. */
export const firstInstantOf = (month: string, timezone: string): number =>
  firstInstantOfDay(`${month}-01`, timezone);

/** The beginning of a day, YYYY-MM-DD, on the household's clock. */
export function firstInstantOfDay(day: string, timezone: string): number {
  // Half a day before it anywhere on earth; the next midnight there is the one.
  const before = Date.parse(`${day}T00:00:00Z`) - 15 * 3_600_000;
  let at = nextDaily(before, 0, timezone);
  while (dayOf(at, timezone) < day) at = nextDaily(at, 0, timezone);
  return at;
}

/** So many days after a day, or before it where that is negative. */
export const daysAfter = (day: string, days: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
