import { describe, expect, test } from 'vitest';
import { openDiscord } from '../support/discord-phone.ts';
import { simulatorFolder } from '../support/simulators.ts';
import { startSteward } from '../support/steward.ts';
import { openPhone } from '../support/telegram-phone.ts';

const folder = simulatorFolder();

describe.skipIf(!folder)('/stats', () => {
  test('on Telegram comes with a photo that its servers take, with a caption', async () => {
    const phone = await openPhone(folder ?? '');
    const { sim, anna } = phone;
    await startSteward(phone.config());
    anna.sends('hello');
    await sim.waitForReply(anna, 'All good.');
    anna.sends('/stats');
    await sim.waitForReply(anna, /went well: 100 %/);
    const photo = await sim.waitForReply(anna, (view) => view.kind === 'photo');
    expect(photo.text).toMatch(/^Last 7 days: 1 answer;/);
    expect(photo.media?.width).toBe(800);
    sim.assertClean({ forged: true, warnings: true });
  });

  test('on Telegram comes with one photo although the answer to it was lost', async () => {
    const phone = await openPhone(folder ?? '');
    const { sim, anna } = phone;
    await startSteward(phone.config());
    anna.sends('hello');
    await sim.waitForReply(anna, 'All good.');
    sim.fault({ method: 'sendPhoto', kind: 'drop', times: 1 });
    anna.sends('/stats');
    await sim.waitForReply(anna, (view) => view.kind === 'photo');
    anna.sends('hello zq1x');
    await sim.waitForReply(anna, 'Answer zr1x.');
    expect(sim.botMessages(anna).filter((view) => view.kind === 'photo')).toHaveLength(1);
    expect(sim.log.calls('sendPhoto')).toHaveLength(1);
    // That it stands there already is what proves it.
    sim.assertClean({ forged: true, allow: [/editMessageCaption: 400 .*not modified/] });
  });

  test('on Discord comes with a picture and its alternative text', async () => {
    const phone = await openDiscord(folder ?? '');
    const { sim, alice } = phone;
    await startSteward(phone.config());
    await sim.waitForCommand('stats');
    alice.dm('hello');
    await alice.waitForDm('All good.');
    alice.slash('stats', { days: 3 }, { channel: 'dm' });
    const reply = await alice.waitForDm(/Last 3 days, against the goals:/);
    expect(reply.attachments).toMatchObject([{ name: 'stats.png', contentType: 'image/png' }]);
    expect(reply.attachments[0]?.description).toMatch(/^Last 3 days: 1 answer;/);
    sim.assertClean();
    expect(sim.unfinished()).toEqual([]);
  });
});
