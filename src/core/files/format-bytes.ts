const units = ['bytes', 'KB', 'MB', 'GB'];

/** `3.9 MB`: at most three digits that count, in steps of 1000 as disks and chats count. */
export function formatBytes(bytes: number): string {
  const step = Math.min(units.length - 1, bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3));
  const amount = bytes / 1000 ** step;
  return `${amount >= 100 || step === 0 ? Math.round(amount) : Number(amount.toFixed(1))} ${units[step]}`;
}
