import { minuteOfDay, nextDaily } from '../calendar.ts';

/** Minutes after midnight; `from` after `to` spans midnight. */
export interface QuietHours {
  readonly from: number;
  readonly to: number;
}

const hours = /^(\d{1,2})(?::(\d{2}))?\s*(?:-|–|to)\s*(\d{1,2})(?::(\d{2}))?$/;

/** `22-7` or `22:30-06:45`; undefined for anything else. */
export function parseQuietHours(text: string): QuietHours | undefined {
  const [, fromHour, fromMinute = '0', toHour, toMinute = '0'] = hours.exec(text.trim()) ?? [];
  const from = minuteFrom(fromHour, fromMinute);
  const to = minuteFrom(toHour, toMinute);
  return from === undefined || to === undefined || from === to ? undefined : { from, to };
}

function minuteFrom(hour: string | undefined, minute: string): number | undefined {
  if (hour === undefined || Number(hour) > 23 || Number(minute) > 59) return undefined;
  return Number(hour) * 60 + Number(minute);
}

/** `22:00–07:00` */
export const formatQuietHours = ({ from, to }: QuietHours): string => `${clockTime(from)}–${clockTime(to)}`;

const clockTime = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

/** When the quiet hours that hold at an instant end; undefined when none do. */
export function quietUntil(quiet: QuietHours | null, at: number, timezone: string): number | undefined {
  if (!quiet) return undefined;
  const now = minuteOfDay(at, timezone);
  const { from, to } = quiet;
  const isQuiet = from < to ? now >= from && now < to : now >= from || now < to;
  return isQuiet ? nextDaily(at, to, timezone) : undefined;
}
