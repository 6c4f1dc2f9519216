import { describe, expect, test } from 'vitest';
import { type DiscordPhoneOptions, openDiscord } from '../support/discord-phone.ts';
import { simulatorFolder } from '../support/simulators.ts';
import { startSteward, testConfig } from '../support/steward.ts';
import { openPhone } from '../support/telegram-phone.ts';

const folder = simulatorFolder();

async function setup(options: DiscordPhoneOptions = {}) {
  const phone = await openDiscord(folder ?? '', options);
  return { ...phone, steward: await startSteward(phone.config()) };
}

describe.skipIf(!folder)('Discord, bad input', () => {
  test('2000 characters of custom emoji and right-to-left text are read as people read them', async () => {
    const { sim, alice, ollama } = await setup();
    alice.dm('<:party:123456789012345678>'.repeat(74));
    await alice.waitForDm('All good.');
    expect(ollama.chats().at(-1)?.text).toContain(':party::party:');
    expect(ollama.chats().at(-1)?.text).not.toContain('123456789012345678');
    ollama.reply('שלום', { text: '**שלום** לך \u202Eabc' });
    alice.dm('שלום');
    const reply = await alice.waitForDm(/שלום/);
    expect(reply.text).not.toContain('\u202E');
    sim.assertClean();
  });

  test('10 attachments of 10 MB are taken, and what no model can read is said', async () => {
    const { sim, alice, steward } = await setup();
    const content = Buffer.alloc(10_000_000);
    alice.dm('look at these', {
      attachments: Array.from({ length: 10 }, (_, n) => ({ name: `big-${n}.bin`, content })),
    });
    await alice.waitForDm(/big-9\.bin was not read/, { timeout: 60_000 });
    expect(steward.query("select count(*) as n from files where state = 'stored'")).toEqual([{ n: 10 }]);
    sim.assertClean();
  });

  test('a forged id, a press by someone else, twice and after a restart decide nothing', async () => {
    const { sim, alice, bob, steward, config, ollama } = await setup();
    const eve = sim.addUser({ name: 'eve' });
    alice.dm('hello');
    await alice.waitForDm('All good.');
    bob.dm('let me in');
    const { message: card } = await alice.waitForButton('Guest', { channel: 'dm' });
    alice.clicks(card, 'Guest');
    await bob.waitForDm(/says yes/, { since: 0 });

    // A card in a channel, where everybody can press it.
    ollama.models.clear();
    // The first failure is what tells that the model is gone.
    alice.says('general', 'a question', { mention: true });
    await alice.waitForReply(/could not get an answer/);
    alice.says('general', 'a question', { mention: true });
    const { message: open } = await alice.waitForButton('Not now', { channel: 'general' });
    bob.clicks(open, 'Not now');
    const refusal = await bob.waitForReply(/Only the owner/, { channel: 'general' });
    expect(refusal.ephemeral).toBe(true);
    eve.clicks(open, 'Not now');
    await eve.expectSilence(300, { channel: 'general' });
    expect(alice.look(open)?.buttons).toHaveLength(2);

    eve.dm('me too');
    await eve.waitForDm(/private assistant/);
    const { message: second } = await alice.waitForButton('Guest', { channel: 'dm' });
    await steward.stop();
    const again = await startSteward(config());
    alice.clicks(second, 'Block');
    await alice.waitForDm(/Blocked/);
    expect(again.query("select count(*) as n from persons where role = 'guest'")).toEqual([{ n: 1 }]);
    expect(again.query("select count(*) as n from audit where act = 'approval-decided'")).toEqual([{ n: 2 }]);
    sim.assertClean();
    expect(sim.unfinished()).toEqual([]);
  });

  test('a decision on one platform edits the card on the other, and counts once', async () => {
    const telegram = await openPhone(folder ?? '', { owners: false });
    const discord = await openDiscord(folder ?? '', { owners: false });
    const { anna } = telegram;
    const { alice, sim } = discord;
    const steward = await startSteward(
      testConfig({
        home: telegram.home,
        ollamaUrl: telegram.ollama.url,
        env: {
          ...telegram.env,
          ...discord.env,
          STEWARD_OWNERS: `telegram:${anna.id},discord:${alice.id}`,
        },
      }),
    );
    anna.sends('hello');
    await telegram.sim.waitForReply(anna, 'All good.');
    alice.dm('hello');
    await alice.waitForDm('All good.');
    const eve = telegram.sim.user({ first_name: 'Eve', started: true });
    eve.sends('let me in');
    const { message: card } = await alice.waitForButton('Member', { channel: 'dm' });
    await telegram.sim.waitForReply(anna, /Eve.*wrote to me/s, { since: 0 });
    const press = anna.presses('Guest');
    alice.clicks(card, 'Member');
    await alice.waitForDm(/Admitted as/, { since: 0 });
    await telegram.sim.waitForReply(anna, /Admitted as/, { since: 0, edits: true });
    await press.answered;
    await steward.settled();
    expect(steward.query("select act from audit where act = 'approval-decided'")).toHaveLength(1);
    telegram.sim.assertClean({ forged: true });
    sim.assertClean();
  });

  test('notifications come to the channel that asked for them', async () => {
    const { sim, alice, steward, config } = await setup();
    alice.says('general', '/notify here', { mention: true });
    await alice.waitForReply(/is told what happens/);
    await steward.stop();
    await startSteward(config());
    await alice.waitForReply(/has started/, { channel: 'general', since: 0 });
    sim.assertClean();
  });
});

describe.skipIf(!folder)('Discord, places that go away', () => {
  test('kicked from the server in the middle of an answer: nothing breaks, direct messages go on', async () => {
    const { sim, alice, ollama, steward } = await setup();
    sim.addUser({ name: 'carol' });
    alice.says('general', '/notify here', { mention: true });
    await alice.waitForReply(/is told what happens/);
    const gate = Promise.withResolvers<string>();
    ollama.reply('story', { chunks: ['Once upon a time. ', gate.promise] });
    alice.says('general', 'a story', { mention: true });
    await alice.waitForReply(/Once upon/);
    sim.kickBot();
    gate.resolve('The end.');
    await sim.until(() => steward.outbox().some((part) => part.state === 'failed'), { timeout: 10_000 });
    await sim.until(() => steward.query('select 1 from notification_targets').length === 0);
    expect(await steward.say('hello zq1x')).toContain('Answer zr1x.');
  });

  test('a role taken away in the middle of an answer: it is named, and the answer kept', async () => {
    const { sim, alice, ollama, steward } = await setup();
    const gate = Promise.withResolvers<string>();
    ollama.reply('story', { chunks: ['Once upon a time. ', gate.promise] });
    alice.says('general', 'a story', { mention: true });
    await alice.waitForReply(/Once upon/);
    sim.setOverwrite('general', 'bot', { deny: ['VIEW_CHANNEL', 'SEND_MESSAGES'] });
    gate.resolve('The end.');
    await sim.until(() => steward.outbox().some((part) => part.state === 'failed'), { timeout: 10_000 });
    expect(await steward.say('/status')).toContain('may not write in #general');
    expect(steward.tasks().at(-1)?.answer).toBe('Once upon a time. The end.');
  });

  test('a reply to a command that takes longer than its token comes as a message', async () => {
    const { sim, alice, ollama } = await setup();
    await sim.waitForCommand('retry');
    alice.dm('hello');
    await alice.waitForDm('All good.');
    const gate = Promise.withResolvers<undefined>();
    ollama.reply('hello', { text: 'At last.', before: gate.promise });
    alice.slash('retry', {}, { channel: 'dm' });
    await alice.waitForDm(/Asking again/);
    sim.clock.advance(16 * 60_000);
    gate.resolve(undefined);
    await alice.waitForDm('At last.', { since: 0, timeout: 10_000 });
    sim.assertClean();
  });
});
