/** The household's day, YYYY-MM-DD, at an instant; its first seven characters are the month. */
export function dayOf(at: number, timezone: string): string {
  // Swedish writes dates as ISO 8601 does.
  return new Intl.DateTimeFormat('sv-SE', { timeZone: timezone }).format(at);
}
