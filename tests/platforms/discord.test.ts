import { describe, expect, test } from 'vitest';
import { type DiscordPhoneOptions, openDiscord } from '../support/discord-phone.ts';
import { simulatorFolder } from '../support/simulators.ts';
import { startSteward } from '../support/steward.ts';

const folder = simulatorFolder();

async function setup(options: DiscordPhoneOptions = {}) {
  const phone = await openDiscord(folder ?? '', options);
  return { ...phone, steward: await startSteward(phone.config()) };
}

describe.skipIf(!folder)('Discord', () => {
  test('a direct message is answered, streamed by edits, and nothing is violated', async () => {
    const { sim, alice, ollama } = await setup();
    const gate = Promise.withResolvers<string>();
    ollama.reply('story', { chunks: ['# A story\n\nOnce *upon* a time', gate.promise] });
    alice.dm('tell me a story');
    const preview = await alice.waitForDm(/Once/);
    gate.resolve(', @everyone, see [x](https://x.example). <b>raw</b> <@1> [a](b)');
    const reply = await alice.waitForDm(/raw/, { stableMs: 300 });
    expect(reply.id).toBe(preview.id);
    expect(reply.text).toContain('<https://x.example>');
    expect(reply.text).toContain('<b>raw</b>');
    expect(reply.pings).toEqual({ everyone: false, users: [], roles: [] });
    alice.dm('hello zq1x');
    await alice.waitForDm('Answer zr1x.');
    sim.assertClean();
  });

  test('in a server it answers a mention, a reply and nothing else', async () => {
    const { sim, alice } = await setup();
    alice.says('general', 'nobody in particular');
    await alice.expectSilence(300);
    const asked = alice.says('general', 'hello zq1x', { mention: true });
    const reply = await alice.waitForReply('Answer zr1x.');
    expect(reply.replyTo).toBe(asked.message.id);
    alice.says('general', 'and zq2x', { replyTo: reply });
    await alice.waitForReply('Answer zr2x.');
    sim.assertClean();
  });

  test('every command is a slash command, acknowledged at once and answered in its place', async () => {
    const { sim, alice, steward } = await setup();
    await sim.waitForCommand('why');
    expect(
      sim
        .commands()
        .map((one) => one.name)
        .toSorted(),
    ).toEqual(steward.app.commands.map((one) => one.name).toSorted());
    alice.dm('hello');
    await alice.waitForDm('All good.');
    const asked = alice.slash('why', {}, { channel: 'dm' });
    const reply = await alice.waitForDm(/answered by/);
    expect(asked.latency.ack).toBeLessThan(1_000);
    expect(reply.loading).toBe(false);
    alice.slash('model', { choice: 'local' }, { channel: 'dm' });
    await alice.waitForDm(/Local only/);
    expect(await alice.autocomplete('help', {}, 'command', { channel: 'dm' })).toEqual([]);
    sim.assertClean();
    expect(sim.unfinished()).toEqual([]);
  });

  test('commands registered once are not registered again', async () => {
    const { sim, alice, steward, config } = await setup();
    await sim.waitForCommand('why');
    await steward.stop();
    const calls = () => {
      const { byRoute } = sim.report();
      return ['POST', 'PUT', 'DELETE'].map((method) => byRoute[`${method} /applications/:app/commands`] ?? 0);
    };
    const before = calls();
    const again = await startSteward(config());
    await again.settled();
    await sim.until(() => sim.gateway.connected);
    // The look at what is registered, and after it a whole answer.
    await sim.until(() => sim.report().byRoute['GET /applications/:app/commands'] === 2);
    alice.dm('hello');
    await alice.waitForDm('All good.');
    expect(calls()).toEqual(before);
    expect(before).toEqual([0, 1, 0]);
  });

  test('a stranger is admitted by a press, the card shows it, and a second press is told', async () => {
    const { sim, alice, bob } = await setup();
    alice.dm('hello');
    await alice.waitForDm('All good.');
    bob.dm('hi, who are you?');
    await bob.waitForDm(/private assistant/);
    const { message: card } = await alice.waitForButton('Member', { channel: 'dm' });
    expect(card.embeds).toHaveLength(1);
    alice.clicks(card, 'Member');
    await alice.waitForDm(/Admitted as member/);
    expect(alice.look(card)?.buttons).toEqual([]);
    await bob.waitForDm(/says yes/, { since: 0 });
    bob.dm('hello zq9x');
    await bob.waitForDm('Answer zr9x.');
    sim.assertClean();
  });

  test('settings are for the eyes of the one who asked, and a stranger’s command vanishes', async () => {
    const { sim, bob } = await setup();
    await sim.waitForCommand('model');
    const asked = bob.slash('model', {}, { channel: 'general' });
    expect(await asked.ack()).not.toBe('');
    await sim.until(() => sim.unfinished().length === 0);
    expect(bob.sees('general').filter((view) => view.fromBot)).toEqual([]);
    sim.assertClean();
  });

  test('files go both ways: attachments in, a long answer as a file out', async () => {
    const { sim, alice, ollama } = await setup();
    alice.dm('read it', { attachments: [{ name: 'list.txt', content: 'milk, honey', type: 'text/plain' }] });
    await alice.waitForDm('All good.');
    expect(ollama.chats().at(-1)?.raw).toContain('milk, honey');
    ollama.reply('long', {
      text: Array.from({ length: 900 }, (_, n) => `Sentence number ${n}.`).join('\n\n'),
    });
    alice.dm('a long one');
    const reply = await alice.waitForDm((view) => view.attachments.length > 0, { timeout: 20_000 });
    expect(reply.attachments[0]?.text()).toContain('Sentence number 899.');
    ollama.reply('code', { text: `\`\`\`ts\n${'let a = 1;\n'.repeat(50)}\`\`\`\n\n`.repeat(5) });
    alice.dm('much code');
    await alice.waitForDm(/let a/, { stableMs: 1_500, timeout: 20_000 });
    for (const view of alice.sees('dm').filter((one) => one.fromBot))
      expect((view.content.match(/```/g) ?? []).length % 2, view.content).toBe(0);
    sim.assertClean();
  });

  test('a thread that Steward opened needs no mention', async () => {
    const { sim, alice } = await setup();
    alice.says('general', '/new Holiday plans', { mention: true });
    await sim.until(() => sim.threads().length === 1);
    const [thread] = sim.threads();
    if (!thread) throw new Error('no thread');
    await alice.waitForReply(/Holiday plans/, { channel: thread, since: 0 });
    alice.says(thread, 'hello zq3x');
    await alice.waitForReply('Answer zr3x.', { channel: thread });
    sim.assertClean();
  });

  test('a message edited while it waits is answered as edited, a deleted one not at all', async () => {
    const { sim, alice, ollama, steward } = await setup();
    const gate = Promise.withResolvers<undefined>();
    ollama.reply('first', { text: 'Done with the first.', before: gate.promise });
    alice.dm('the first');
    await sim.until(() => steward.tasks().some((task) => task.state === 'running'));
    const second = alice.dm('question zq1x').message;
    const third = alice.dm('question zq3x').message;
    await sim.until(() => steward.tasks().length === 3);
    alice.edits(second, 'question zq2x');
    alice.deletes(third);
    await sim.until(() => steward.tasks().some((task) => task.state === 'cancelled'));
    gate.resolve(undefined);
    await alice.waitForDm('Answer zr2x.', { since: 0 });
    await steward.settled();
    expect(alice.transcript('dm')).not.toMatch(/zr1x|zr3x/);
    sim.assertClean();
  });

  test('reactions are opinions', async () => {
    const { sim, alice, steward } = await setup();
    alice.dm('hello zq1x');
    const reply = await alice.waitForDm('Answer zr1x.');
    await steward.settled();
    alice.reacts(reply, '👎');
    await sim.until(() => steward.query("select 1 from signals where kind = 'bad'").length === 1);
    alice.unreacts(reply, '👎');
    await sim.until(() => steward.query('select 1 from signals').length === 0);
  });
});

describe.skipIf(!folder)('Discord in trouble', () => {
  test('a wrong token is said at once, and the terminal works all the same', async () => {
    const { sim, config } = await openDiscord(folder ?? '');
    const given = config();
    const steward = await startSteward({
      ...given,
      environment: { ...given.environment, discordBotToken: `${sim.token.slice(0, -3)}xxx` },
    });
    expect(await steward.say('/status')).toContain('Discord refuses DISCORD_BOT_TOKEN');
    expect(await steward.say('hello zq8x')).toContain('Answer zr8x.');
  });

  test('without the Message Content intent mentions and direct messages still work, and /status says so', async () => {
    const { sim, alice, steward } = await setup({ sim: { intents: { messageContent: false } } });
    expect(await steward.say('/status')).toContain('Message Content Intent');
    alice.dm('hello zq1x');
    await alice.waitForDm('Answer zr1x.');
    alice.says('general', 'hello zq2x', { mention: true });
    await alice.waitForReply('Answer zr2x.');
    sim.assertClean();
  });

  test('a channel in which it may not write is named with the remedy', async () => {
    const { sim, alice, steward } = await setup();
    sim.setOverwrite('general', 'bot', { deny: ['SEND_MESSAGES'] });
    alice.says('general', 'hello', { mention: true });
    await sim.until(() => steward.outbox().some((part) => part.state === 'failed'));
    expect(await steward.say('/status')).toMatch(/may not write in #general/);
    sim.setOverwrite('general', 'bot', { allow: ['SEND_MESSAGES'] });
    alice.says('general', 'hello zq1x', { mention: true });
    await alice.waitForReply('Answer zr1x.');
    await sim.until(async () => (await steward.say('/status')).includes('Discord: listening'));
  });

  test('what was said while Steward was off is answered after a start, in servers and in private', async () => {
    const { sim, alice, steward, config } = await setup();
    alice.dm('hello');
    await alice.waitForDm('All good.');
    alice.says('general', 'hello', { mention: true });
    await alice.waitForReply('All good.');
    await steward.stop();
    alice.dm('are you there zq1x');
    alice.says('general', 'and here zq2x', { mention: true });
    alice.says('general', 'nothing for it');
    const quiet = sim.addChannel(undefined, { name: 'quiet' });
    alice.says(quiet, 'and where it never was zq3x', { mention: true });
    await startSteward(config());
    await alice.waitForDm('Answer zr1x.', { since: 0 });
    await alice.waitForReply('Answer zr2x.', { channel: 'general', since: 0 });
    await alice.waitForReply('Answer zr3x.', { channel: quiet, since: 0 });
    sim.assertClean();
  });

  test('connections that drop, must be renewed or are refused lose nothing', async () => {
    const { sim, alice } = await setup();
    alice.dm('hello');
    await alice.waitForDm('All good.');
    const troubles = [
      () => sim.gateway.drop({ code: null }),
      () => sim.gateway.requestReconnect(),
      () => sim.gateway.invalidSession({ resumable: true }),
      () => {
        sim.gateway.refuseConnections = 1;
        sim.gateway.drop({ code: null, endSession: true });
      },
      () => sim.gateway.invalidSession({ resumable: false }),
    ];
    for (const [n, trouble] of troubles.entries()) {
      trouble();
      alice.dm(`question zq${n}x`);
      await alice.waitForDm(`Answer zr${n}x.`, { timeout: 30_000 });
    }
    sim.assertClean();
  });

  test('calls that fail before or after they took effect: one answer each', async () => {
    const { sim, alice } = await setup();
    const route = 'POST /channels/:channel/messages';
    const faults = [
      { type: 'status', status: 502 },
      { type: 'drop', phase: 'before' },
      { type: 'drop', phase: 'after' },
      { type: 'rateLimit', retryAfter: 0.5 },
    ];
    for (const [n, fault] of faults.entries()) {
      sim.faults.add({ route, times: 2, ...fault });
      alice.dm(`question zq${n}x`);
      await alice.waitForDm(`Answer zr${n}x.`, { timeout: 30_000 });
    }
    for (const n of faults.keys())
      expect(
        alice.sees('dm').filter((view) => view.text === `Answer zr${n}x.`),
        alice.transcript('dm'),
      ).toHaveLength(1);
    sim.assertClean();
  });
});
