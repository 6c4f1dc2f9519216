import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { openDiscord } from '../support/discord-phone.ts';
import { liveThroughKills } from '../support/killed-steward.ts';
import { simulatorFolder } from '../support/simulators.ts';

const folder = simulatorFolder();
const kills = 50;

describe.skipIf(!folder)('Discord, killed', () => {
  test(`at ${kills} random instants: every message is answered, and none twice`, {
    timeout: 400_000,
  }, async () => {
    const phone = await openDiscord(folder ?? '');
    const { sim, alice } = phone;
    const steward = await liveThroughKills({
      ...phone,
      kills,
      // A chat in which nothing was ever said is not known, and not looked back into.
      async before() {
        await sim.waitForCommand('why');
        alice.dm('hello');
        await alice.waitForDm('All good.', { timeout: 20_000 });
      },
      ask(mark) {
        if (mark % 3 === 0) alice.says('general', `question zq${mark}x`, { mention: true });
        else alice.dm(`question zq${mark}x`);
        if (mark % 5 === 0) alice.slash('why', {}, { channel: 'dm' });
      },
    });
    const answersTo = (mark: number) =>
      [...alice.sees('dm'), ...alice.sees('general')].filter((view) =>
        view.text.includes(`Answer zr${mark}x.`),
      ).length;
    const marks = Array.from({ length: kills }, (_, n) => n + 1);
    const isAnswered = () => marks.every((mark) => answersTo(mark) > 0);
    // What is missing is shown below.
    await sim.until(isAnswered, { timeout: 90_000 }).catch(() => undefined);
    await delay(3_000);
    await steward.stop();
    const context = `${steward.context()}\n${alice.transcript('dm')}\n${alice.transcript('general')}`;
    expect(
      marks.filter((mark) => answersTo(mark) !== 1),
      context,
    ).toEqual([]);
    sim.assertClean({ except: ['interaction_not_acknowledged'] });
  });
});
