import { describe, expect, test } from 'vitest';
import { simulatorFolder } from '../support/simulators.ts';
import { startSteward, testConfig } from '../support/steward.ts';
import { openPhone } from '../support/telegram-phone.ts';

const folder = simulatorFolder();

async function setup(options: { owners?: boolean } = {}) {
  const phone = await openPhone(folder ?? '', options);
  return { ...phone, steward: await startSteward(phone.config()) };
}

describe.skipIf(!folder)('Telegram', () => {
  test('a message on the phone is answered, streamed as a draft, and nothing is violated', async () => {
    const { sim, anna, ollama } = await setup();
    ollama.reply('story', {
      text: '# A story\n\nOnce *upon* a time, @everyone, see [x](https://x.example). <b>raw</b>',
    });
    anna.sends('tell me a story');
    const reply = await sim.waitForReply(anna, /Once upon a time/);
    expect(reply.text).toContain('https://x.example');
    expect(reply.text).toContain('<b>raw</b>');
    anna.sends('hello zq1x');
    await sim.waitForReply(anna, 'Answer zr1x.');
    sim.assertClean({ forged: true, warnings: true });
  });

  test('commands, files and a long answer', async () => {
    const { sim, anna, ollama } = await setup();
    anna.sends('/status');
    await sim.waitForReply(anna, /Ollama/);
    anna.sendsDocument({
      data: Buffer.from('milk, honey'),
      name: 'list.txt',
      mime: 'text/plain',
      caption: 'read it',
    });
    await sim.waitForReply(anna, 'All good.');
    expect(ollama.chats().at(-1)?.raw).toContain('milk, honey');
    ollama.reply('long', {
      text: Array.from({ length: 900 }, (_, n) => `Sentence number ${n}.`).join('\n\n'),
    });
    anna.sends('a long one');
    await sim.waitForReply(anna, /Sentence number 899\./, { timeout: 30_000 });
    sim.assertClean({ forged: true });
  });

  test('doubled updates and lost answers: every message is answered once', async () => {
    const { sim, anna } = await setup();
    sim.duplicateUpdates(3, 'later');
    sim.fault({ method: 'sendMessage', kind: 'status', code: 500, times: 1 });
    for (const n of [1, 2, 3]) {
      anna.sends(`question zq${n}x`);
      await sim.waitForReply(anna, `Answer zr${n}x.`, { timeout: 30_000 });
    }
    const texts = sim.botMessages(anna).map((view) => view.text);
    for (const n of [1, 2, 3]) expect(texts.filter((text) => text === `Answer zr${n}x.`)).toHaveLength(1);
  });

  test('a stranger is admitted by a press on the owner’s phone', async () => {
    const { sim, anna } = await setup();
    anna.sends('hello');
    await sim.waitForReply(anna, 'All good.');
    const bob = sim.user({ first_name: 'Bob', started: true });
    bob.sends('hi, who are you?');
    await sim.waitForReply(bob, /private assistant/);
    await sim.waitForReply(anna, /Bob.*wrote to me/s, { since: 0 });
    const { answered } = anna.presses('Member');
    await answered;
    await sim.waitForReply(bob, /says yes/);
    bob.sends('hello zq9x');
    await sim.waitForReply(bob, 'Answer zr9x.');
    sim.assertClean({ forged: true });
  });

  test('the first who sends the code printed at start becomes the owner', async () => {
    const { sim, anna, steward } = await setup({ owners: false });
    const code = /`([a-z0-9-]{14})`/.exec(await steward.say('/pair'))?.[1] ?? '';
    anna.sends(code);
    await sim.waitForReply(anna, /now Owner/);
    anna.sends('hello zq5x');
    await sim.waitForReply(anna, 'Answer zr5x.');
  });

  test('a wrong token is said at once, and the terminal works all the same', async () => {
    const { config } = await setup();
    const steward = await startSteward({
      ...config(),
      paths: testConfig().paths,
      environment: { ...config().environment, telegramBotToken: `1:${'x'.repeat(35)}` },
    });
    expect(await steward.say('/status')).toContain('Telegram refuses TELEGRAM_BOT_TOKEN');
    expect(await steward.say('hello zq8x')).toContain('Answer zr8x.');
  });

  test('what was sent while Steward was off is answered after a start', async () => {
    const { sim, anna, steward, config } = await setup();
    anna.sends('hello');
    await sim.waitForReply(anna, 'All good.');
    await steward.stop();
    anna.sends('are you there zq7x');
    await startSteward(config());
    await sim.waitForReply(anna, 'Answer zr7x.', { timeout: 30_000 });
  });
});
