import { describe, expect, onTestFinished, test } from 'vitest';
import { openDiscord } from '../support/discord-phone.ts';
import { startFakeAnthropic } from '../support/fake-anthropic.ts';
import { simulatorFolder } from '../support/simulators.ts';
import { startSteward, testKey } from '../support/steward.ts';
import { openPhone } from '../support/telegram-phone.ts';

const folder = simulatorFolder();
const hard =
  'Prove that there are infinitely many primes congruent to 3 mod 4, and say where the argument fails for 1 mod 4.';
const hardSecret =
  'My wife was diagnosed with bipolar disorder in May and stopped her lithium. Weigh up for me step by step what to say to her doctor, to her mother and to the children, and plan the next four weeks.';

async function claude() {
  const server = await startFakeAnthropic({ apiKey: testKey });
  onTestFinished(() => server.stop());
  server.reply(() => true, { text: 'From Claude.' });
  return { server, env: { ANTHROPIC_BASE_URL: server.url, ANTHROPIC_API_KEY: testKey } };
}

describe.skipIf(!folder)('routing', () => {
  test('on Telegram: a button tells why, a card asks about what is private', async () => {
    const { server, env } = await claude();
    const phone = await openPhone(folder ?? '', { env });
    const { sim, anna } = phone;
    await startSteward(phone.config());
    anna.sends(hard);
    const answer = await sim.waitForReply(anna, /From Claude/);
    expect(answer.buttons.flat().map(({ text }) => text)).toEqual(['Why?', '👍', '👎']);
    await anna.presses('👍').answered;
    await anna.presses('Why?').answered;
    await sim.waitForReply(anna, /difficulty: complex/);
    anna.sends(hardSecret);
    await sim.waitForReply(anna, /Shall it leave the house/);
    expect(server.chats()).toHaveLength(1);
    await anna.presses('Send to Claude once').answered;
    await sim.waitFor(() => server.chats().length === 2);
    await sim.waitForReply(anna, /From Claude/);
    sim.assertClean({ forged: true, warnings: true });
  });

  test('on Discord: the same', async () => {
    const { server, env } = await claude();
    const phone = await openDiscord(folder ?? '', { env });
    const { sim, alice } = phone;
    await startSteward(phone.config());
    await sim.waitForCommand('why');
    alice.dm(hard);
    const answer = await alice.waitForDm(
      (view) => view.content.includes('From Claude') && view.buttons.length > 0,
    );
    expect(answer.buttons.map(({ label }) => label)).toEqual(['Why?', '👍', '👎']);
    alice.clicks(answer, '👎');
    alice.clicks(answer, 'Why?');
    await alice.waitForDm(/difficulty: complex/);
    alice.dm(hardSecret);
    const card = await alice.waitForDm(/Shall it leave the house/);
    expect(server.chats()).toHaveLength(1);
    alice.clicks(card, 'Keep local');
    await alice.waitForDm(/All good/);
    expect(server.chats()).toHaveLength(1);
    sim.assertClean();
    expect(sim.unfinished()).toEqual([]);
  });
});
