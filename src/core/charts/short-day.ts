const timeZone = 'UTC';
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone });
const range = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone });
const instantOf = (date: string): number => Date.parse(`${date}T00:00:00Z`);

/** `18 Nov` of YYYY-MM-DD. */
export const shortDay = (date: string): string => day.format(instantOf(date));

/** `18–24 Nov 2026` */
export const dayRange = (first: string, last: string): string =>
  range.formatRange(instantOf(first), instantOf(last));
