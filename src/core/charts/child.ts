// The process in which a picture is drawn: what that takes in memory ends with it, it holds up no chat, and a crash in
// native code never takes Steward down.
import { drawStats } from './stats-picture.ts';
import type { StatsOrder } from './order-picture.ts';

process.once('message', (order: StatsOrder) => {
  process.send?.(drawStats(order.stats, order).toString('base64'));
});
process.once('disconnect', () => process.exit(0));
