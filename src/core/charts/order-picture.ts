import { fileURLToPath } from 'node:url';
import type { Clock } from '../contracts/clock.ts';
import type { Json } from '../contracts/json.ts';
import { startChild } from '../process/child.ts';
import type { HouseholdStats } from '../telemetry/stats.ts';

/** What the picture of /stats is made of. */
export interface StatsOrder {
  readonly stats: HouseholdStats;
  readonly title: string;
  readonly goalSeconds: number;
}

export type Drawn =
  | { readonly ok: true; readonly pngBase64: string }
  /** No renderer for this kind of machine, or it took too long. */
  | { readonly ok: false; readonly reason: string };

const childFile = fileURLToPath(new URL('child.ts', import.meta.url));
const patienceMs = 120_000;

/** Draws in a process of its own, which ends with it. Never throws. */
export async function orderPicture(order: StatsOrder, clock: Clock): Promise<Drawn> {
  let pngBase64: string | undefined;
  const child = startChild(childFile, [], (message) => {
    pngBase64 = message as string;
    child.kill();
  });
  const over = new AbortController();
  clock.sleep(patienceMs, over.signal).then(child.kill, () => undefined);
  child.send(order as unknown as Json);
  const { code, signal, words } = await child.ended;
  over.abort();
  if (pngBase64 !== undefined) return { ok: true, pngBase64 };
  return { ok: false, reason: words.trim() || `the drawing ended with ${code ?? signal}` };
}
