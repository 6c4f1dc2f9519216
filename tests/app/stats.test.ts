import { expect, onTestFinished, test } from 'vitest';
import { startFakeDiscord } from '../support/fake-discord.ts';
import { startFakeOllama } from '../support/fake-ollama.ts';
import { startFakeTelegram } from '../support/fake-telegram.ts';
import { createFastClock } from '../support/fast-clock.ts';
import { owner, startHousehold } from '../support/household.ts';
import { startSteward, temporaryFolder, testConfig } from '../support/steward.ts';

const until = (probe: () => unknown) => expect.poll(probe, { timeout: 20_000, interval: 5 });

async function model() {
  const ollama = await startFakeOllama({ models: ['qwen3:1.7b'] });
  onTestFinished(() => ollama.stop());
  return ollama;
}

test('/stats on the phone is the four rates and a picture, in the terminal the same as bars', async () => {
  const { says, say, phone } = await startHousehold();
  expect(await says(owner, '/stats')).toBe('No messages in the last 7 days.');
  expect(await says(owner, '/stats 1')).toBe('No messages today.');
  expect(phone.pictures(owner)).toEqual([]);
  await says(owner, 'please tell me about cats');
  await says(owner, '/model cloud');
  await says(owner, 'and about dogs');
  await says(owner, '/bad too long');

  const text = await says(owner, '/stats');
  expect(text).toContain('Last 7 days, against the goals:');
  expect(text).toContain('✓ time to first text: half within 0.0 s, 100 % in time (goal < 5 s)');
  expect(text).toContain('✓ errors: 0 % (goal < 5 %)');
  expect(text).toContain('✗ went well: 50 % (goal ≥ 90 %)');
  expect(text).toContain('· proposals approved: no proposals yet (goal ≥ 70 %)');
  expect(text).not.toContain('█');
  const [picture, ...others] = phone.pictures(owner);
  expect(others).toEqual([]);
  const png = Buffer.from(picture?.pngBase64 ?? '', 'base64');
  expect(png.toString('latin1', 1, 4)).toBe('PNG');
  expect(png.length).toBeLessThan(150_000);
  expect(picture?.description).toContain('2 answers');

  const printed = await say('/stats');
  expect(printed).toContain('✗ went well: 50 % (goal ≥ 90 %)');
  expect(printed).toMatch(/qwen3:1\.7b +█{24} {2}1\n/);
  expect(printed).toMatch(/claude-haiku-5-5 +█{24} {2}1\n/);
  for (const line of printed.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
});

test('a day is one of the household', async () => {
  const { says } = await startHousehold();
  await says(owner, '/settings household.timezone Pacific/Kiritimati');
  await says(owner, 'hello');
  // Two in the night of the 25th there.
  expect(await says(owner, '/stats 1')).toContain('Today, against the goals:');
  await says(owner, '/settings household.timezone Pacific/Pago_Pago');
  expect(await says(owner, '/stats 1')).toContain('- messages: 1');
});

test('on Telegram the picture follows as a photo, and one whose answer was lost is found after a restart', async () => {
  const ollama = await model();
  const telegram = await startFakeTelegram();
  onTestFinished(() => telegram.stop());
  const person = 77;
  const home = temporaryFolder();
  const start = () => {
    const env = {
      TELEGRAM_BOT_TOKEN: telegram.token,
      TELEGRAM_API_ROOT: telegram.url,
      STEWARD_OWNERS: `telegram:${person}`,
    };
    const config = testConfig({ home, ollamaUrl: ollama.url, env });
    return startSteward(config, { clock: createFastClock() });
  };
  const first = await start();
  telegram.says(person, 'hello');
  await until(() => telegram.messages(person).map(({ text }) => text)).toContain('All good.');
  telegram.trouble('sendPhoto', 'drop-after');
  telegram.says(person, '/stats');
  await until(() => telegram.countOf('sendPhoto')).toBe(1);
  await first.stop();
  telegram.says(person, 'are you back?');
  const again = await start();
  await until(() => telegram.messages(person).filter(({ text }) => text === 'All good.')).toHaveLength(2);
  await again.settled();
  expect(again.outbox().map(({ state }) => state)).not.toContain('queued');

  const [photo, ...others] = telegram.messages(person).filter((message) => message.photo);
  expect(others).toEqual([]);
  expect(telegram.countOf('sendPhoto')).toBe(1);
  expect(photo?.photo?.name).toBe('stats.png');
  expect(photo?.text).toMatch(/^Last 7 days: 1 answer;/);
  const texts = telegram.messages(person).map(({ text }) => text);
  expect(texts.filter((text) => text.includes('goal < 5 %'))).toHaveLength(1);
});

test('on Telegram, where no photo may be sent, the bars come instead', async () => {
  const ollama = await model();
  const telegram = await startFakeTelegram();
  onTestFinished(() => telegram.stop());
  const person = 77;
  telegram.photoless.add(person);
  const env = {
    TELEGRAM_BOT_TOKEN: telegram.token,
    TELEGRAM_API_ROOT: telegram.url,
    STEWARD_OWNERS: `telegram:${person}`,
  };
  await startSteward(testConfig({ ollamaUrl: ollama.url, env }), { clock: createFastClock() });
  telegram.says(person, 'hello');
  await until(() => telegram.messages(person).map(({ text }) => text)).toContain('All good.');
  telegram.says(person, '/stats');
  await until(() => telegram.messages(person).at(-1)?.text).toMatch(/Answers by model\n\nqwen3:1\.7b +█/);
});

test('on Discord the picture stands where the command was given, with words for who cannot see it', async () => {
  const ollama = await model();
  const discord = await startFakeDiscord();
  onTestFinished(() => discord.stop());
  const anna = discord.user('anna');
  const env = {
    DISCORD_BOT_TOKEN: discord.token,
    DISCORD_API_URL: discord.api,
    STEWARD_OWNERS: `discord:${anna.id}`,
  };
  await startSteward(testConfig({ ollamaUrl: ollama.url, env }), { clock: createFastClock() });
  await until(() => discord.commands.map(({ name }) => name)).toContain('stats');
  discord.says(anna.id, anna.dmId, 'hello');
  await until(() => discord.messages(anna.dmId).map(({ content }) => content)).toContain('All good.');
  discord.slash(anna.id, anna.dmId, 'stats', { days: 3 });
  await until(() => discord.messages(anna.dmId).at(-1)?.files).toHaveLength(1);
  const shown = discord.messages(anna.dmId).at(-1);
  expect(shown?.content).toContain('Last 3 days, against the goals:');
  expect(shown?.files).toMatchObject([
    { name: 'stats.png', description: expect.stringContaining('1 answer') as string },
  ]);
  expect(discord.thinking()).toEqual([]);
});
