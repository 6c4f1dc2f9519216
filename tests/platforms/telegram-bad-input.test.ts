import { describe, expect, test } from 'vitest';
import { simulatorFolder } from '../support/simulators.ts';
import { startSteward } from '../support/steward.ts';
import { openPhone } from '../support/telegram-phone.ts';

const folder = simulatorFolder();

async function setup(options: { owners?: boolean; sim?: object } = {}) {
  const phone = await openPhone(folder ?? '', options);
  return { ...phone, steward: await startSteward(phone.config()) };
}

describe.skipIf(!folder)('Telegram, bad input', () => {
  test('4096 emoji and right-to-left text are answered like any other', async () => {
    const { sim, anna, ollama } = await setup();
    anna.sends('🦄'.repeat(2_048));
    await sim.waitForReply(anna, 'All good.');
    const emoji = '👩‍👩‍👧‍👦'.repeat(600);
    ollama.reply('emoji', { text: emoji });
    anna.sends('emoji please');
    await sim.waitForSettled(anna, { quietMs: 1_500, timeout: 60_000 });
    const shown = sim
      .botMessages(anna)
      .slice(1)
      .map((view) => view.text)
      .join('');
    expect(shown.replaceAll(/\s/g, '')).toBe(emoji);
    ollama.reply('שלום', { text: 'שלום לך, **ברוך** הבא. \u202Eabc' });
    anna.sends('שלום');
    const reply = await sim.waitForReply(anna, /ברוך/);
    expect(reply.text).not.toContain('\u202E');
    sim.assertClean({ forged: true, warnings: true });
  });

  test('50 files at once: ten of each message are taken, the rest named, and all are answered', async () => {
    const { sim, anna, steward } = await setup({ sim: { limits: { perChatPerSecond: 0 } } });
    for (let n = 0; n < 50; n++)
      anna.sendsDocument({ data: Buffer.from(`file ${n}`), name: `file-${n}.txt`, mime: 'text/plain' });
    await sim.waitFor(() => steward.tasks().length === 50, 60_000);
    await sim.waitFor(() => steward.tasks().every((task) => task.state === 'answered'), 120_000);
    sim.assertClean({ forged: true });
  });

  test('a file of 2 GB is refused by a sentence before anything is fetched', async () => {
    const { sim, anna } = await setup();
    anna.sendsDocument({ data: Buffer.from('x'), name: 'film.bin', size: 2_000_000_000 });
    const reply = await sim.waitForReply(anna, /film\.bin/);
    expect(reply.text).toMatch(/MB|large|big/);
    expect(sim.log.calls('getFile')).toHaveLength(0);
  });

  test('a voice note is kept, and a sentence says that it cannot be heard yet', async () => {
    const { sim, anna, ollama, steward } = await setup();
    anna.sendsVoice({ duration: 3 });
    await sim.waitForReply(anna, /I cannot listen to voice-\d+\.ogg yet\. It is kept/);
    expect(ollama.chats()).toHaveLength(0);
    expect(steward.query('select state from files')).toEqual([{ state: 'stored' }]);
  });

  test('forged, foreign, doubled and late presses change nothing', async () => {
    const { sim, anna, steward } = await setup();
    anna.sends('hello');
    await sim.waitForReply(anna, 'All good.');
    const eve = sim.user({ first_name: 'Eve', started: true });
    eve.sends('let me in');
    const card = await sim.waitForReply(anna, /Eve.*wrote to me/s, { since: 0 });
    const forged = anna.callback(sim.chat(anna), sim.message(card, sim.chat(anna)), 'forged-token');
    expect(await forged.answered).toMatchObject({ text: 'That button is not known here.' });
    const roles = () => steward.query('select role from persons');
    expect(roles()).toHaveLength(1);

    await steward.stop();
    const again = await startSteward(steward.config);
    const { answered } = anna.presses('Guest');
    expect((await answered).text).toContain('Admitted as guest');
    await sim.waitForReply(eve, /says yes/, { since: 0 });
    // The card is without buttons by now; an old client may still show them.
    const late = anna.presses('Member', { stale: card });
    expect((await late.answered).text).toMatch(/already decided: Guest/);
    expect(again.query("select role from persons where role = 'member'")).toHaveLength(0);
    sim.assertClean({ forged: true, unansweredAfterMs: 3_000 });
  });

  test('a stranger presses in a group: nothing happens, and their app does not wait', async () => {
    const { sim, anna, steward } = await setup();
    const eve = sim.user({ first_name: 'Eve' });
    const group = anna.createsGroup({ type: 'supergroup', title: 'Home', members: [eve] });
    anna.addsBotTo(group);
    const shown = await sim.waitForReply(group, /mentioned/);
    const { answered } = eve.callback(sim.chat(group), sim.message(shown, sim.chat(group)), 'whatever');
    await answered;
    expect(steward.tasks()).toHaveLength(0);
    sim.assertClean({ forged: true, unansweredAfterMs: 3_000 });
  });

  test('a stranger who sends 1,000 messages gets one line, and the owner one card', async () => {
    const { sim, anna, ollama, steward } = await setup();
    anna.sends('hello');
    await sim.waitForReply(anna, 'All good.');
    const eve = sim.user({ first_name: 'Eve', started: true });
    for (let n = 0; n < 1_000; n++) eve.sends(`spam ${n}`);
    await sim.waitFor(() => steward.query('select messages from strangers')[0]?.messages === 1_000, 60_000);
    anna.sends('hello zq1x');
    await sim.waitForReply(anna, 'Answer zr1x.');
    expect(sim.botMessages(eve)).toHaveLength(1);
    expect(sim.botMessages(anna).filter((view) => view.text.includes('wrote to me'))).toHaveLength(1);
    expect(ollama.chats()).toHaveLength(2);
    expect(JSON.stringify(steward.query('select * from inbox'))).not.toContain('spam');
    sim.assertClean({ forged: true });
  });
});
