import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { liveThroughKills } from '../support/killed-steward.ts';
import { simulatorFolder } from '../support/simulators.ts';
import { openPhone } from '../support/telegram-phone.ts';

const folder = simulatorFolder();
const kills = 50;

describe.skipIf(!folder)('Telegram, killed', () => {
  test(`at ${kills} random instants: every message is answered, and none twice`, {
    timeout: 400_000,
  }, async () => {
    const phone = await openPhone(folder ?? '');
    const { sim, anna } = phone;
    const group = anna.createsGroup({ type: 'supergroup', title: 'Home' });
    anna.addsBotTo(group);
    const steward = await liveThroughKills({
      ...phone,
      kills,
      ask(mark) {
        if (mark % 3 === 0) anna.sends(`@${sim.bot.username} question zq${mark}x`, { in: group });
        else anna.sends(`question zq${mark}x`);
      },
    });
    const answersTo = (mark: number) =>
      [...sim.botMessages(anna), ...sim.botMessages(group)].filter((view) =>
        view.text.includes(`Answer zr${mark}x.`),
      ).length;
    const marks = Array.from({ length: kills }, (_, n) => n + 1);
    await sim.waitFor(() => marks.every((mark) => answersTo(mark) > 0), 120_000);
    await delay(3_000);
    await steward.stop();
    const context = `${steward.context()}\n${sim.print(anna)}\n${sim.print(group)}`;
    expect(
      marks.filter((mark) => answersTo(mark) !== 1),
      context,
    ).toEqual([]);
    // The search for half-sent parts asks for messages that are not there; a dead process leaves its poll behind.
    sim.assertClean({
      forged: true,
      allow: [/editMessageText: 400 .*(not found|can't be edited|not modified)/, /getUpdates: 409/],
    });
  });
});
