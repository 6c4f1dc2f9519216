import { describe, expect, test } from 'vitest';
import { simulatorFolder } from '../support/simulators.ts';
import { startSteward } from '../support/steward.ts';
import { openPhone, type Phone } from '../support/telegram-phone.ts';

const folder = simulatorFolder();

async function setup(options: { forum?: boolean; type?: string; sim?: object } = {}) {
  const phone = await openPhone(folder ?? '', options);
  const steward = await startSteward(phone.config());
  const ben = phone.sim.user({ first_name: 'Ben', started: false });
  const group = phone.anna.createsGroup({
    type: options.type ?? 'supergroup',
    title: 'Home',
    members: [ben],
    ...(options.forum && { is_forum: true }),
  });
  phone.anna.addsBotTo(group);
  if (options.type !== 'channel') await phone.sim.waitForReply(group, /mentioned, replied to/);
  return { ...phone, steward, ben, group, mention: `@${phone.sim.bot.username}` };
}

/** An answer that a model writes in three pieces, each when the test says so. */
function slowAnswer({ ollama }: Phone, match: string) {
  const gates = [Promise.withResolvers<string>(), Promise.withResolvers<string>()] as const;
  ollama.reply(match, { chunks: ['First words. ', gates[0].promise, gates[1].promise] });
  return {
    goOn: () => gates[0].resolve('More words. '),
    end: () => gates[1].resolve('Last words.'),
  };
}

describe.skipIf(!folder)('Telegram groups', () => {
  test('an answer grows by edits in one message, with typing before it, and ends whole', async () => {
    const phone = await setup();
    const { sim, anna, group, mention } = phone;
    const answer = slowAnswer(phone, 'story');
    anna.sends(`${mention} a story`, { in: group });
    await sim.waitForCall('sendChatAction');
    await sim.waitForReply(group, /First words/, { timeout: 20_000 });
    answer.goOn();
    await sim.waitForReply(group, /More words/, { timeout: 20_000, edits: true });
    answer.end();
    const last = await sim.waitForReply(group, /Last words/, { timeout: 20_000, edits: true });
    expect(last.text).toBe('First words. More words. Last words.');
    expect(sim.botMessages(group).filter((view) => view.text.includes('First words'))).toHaveLength(1);
    sim.assertClean({ forged: true, warnings: true });
  });

  test('an answer that comes before the first frame is one message, never edited', async () => {
    const { sim, anna, group, mention } = await setup();
    anna.sends(`${mention} hello zq1x`, { in: group });
    const reply = await sim.waitForReply(group, 'Answer zr1x.');
    expect(reply.edits).toBe(0);
  });

  test('an answer whose preview was deleted is sent anew', async () => {
    const phone = await setup();
    const { sim, anna, group, mention } = phone;
    const answer = slowAnswer(phone, 'story');
    anna.sends(`${mention} a story`, { in: group });
    const preview = await sim.waitForReply(group, /First words/, { timeout: 20_000 });
    (anna as unknown as { deletes(message: unknown): void }).deletes(preview);
    answer.goOn();
    answer.end();
    const last = await sim.waitForReply(group, /Last words/, { timeout: 20_000 });
    expect(last.id).not.toBe(preview.id);
  });

  test('in a forum each topic is a conversation of its own', async () => {
    const { sim, anna, group, mention, steward } = await setup({ forum: true });
    const kitchen = anna.createsTopic(group, 'Kitchen');
    const garden = anna.createsTopic(group, 'Garden');
    anna.sends(`${mention} hello zq1x`, { in: group, thread: kitchen });
    anna.sends(`${mention} hello zq2x`, { in: group, thread: garden });
    await sim.waitForReply(group, 'Answer zr1x.', { since: 0 });
    await sim.waitForReply(group, 'Answer zr2x.', { since: 0 });
    const threads = new Set(steward.tasks().map((task) => task.threadId));
    expect(threads.size).toBe(2);
    sim.assertClean({ forged: true, warnings: true });
  });

  test('a group that becomes a supergroup goes on where it was, with what it receives', async () => {
    const { sim, anna, group, steward } = await setup({ type: 'group' });
    anna.sends('/notify here', { in: group });
    await sim.waitForReply(group, /is told what happens/);
    anna.sends(`@${sim.bot.username} hello zq1x`, { in: group });
    const before = await sim.waitForReply(group, 'Answer zr1x.');
    const upgraded = sim.upgradeGroup(group);
    await sim.waitFor(() => steward.query("select 1 from inbox where kind = 'migration'").length > 0);
    anna.sends(`@${sim.bot.username} and now zq2x`, { in: upgraded });
    await sim.waitForReply(upgraded, 'Answer zr2x.');
    expect(new Set(steward.tasks().map((task) => task.threadId)).size).toBe(1);
    anna.sends('/notify', { in: upgraded });
    await sim.waitForReply(upgraded, /This chat is told:/);
    expect(before.text).toBe('Answer zr1x.');
    sim.assertClean({ forged: true });
  });

  test('an answer under way while the group is upgraded arrives in the new one', async () => {
    const phone = await setup({ type: 'group' });
    const { sim, anna, group } = phone;
    const answer = slowAnswer(phone, 'story');
    anna.sends(`@${sim.bot.username} a story`, { in: group });
    await sim.waitForReply(group, /First words/, { timeout: 20_000 });
    const upgraded = sim.upgradeGroup(group);
    answer.goOn();
    answer.end();
    await sim.waitForReply(upgraded, /Last words/, { timeout: 20_000, since: 0 });
  });

  test('a group of 200 talks past it: not one word of it is kept or answered', async () => {
    const { sim, group, ben, ollama, steward } = await setup();
    const before = sim.botMessages(group).length;
    const people = Array.from({ length: 199 }, (_, n) => sim.user({ first_name: `P${n}` }));
    for (const person of people) {
      (person as unknown as { joins(group: unknown): void }).joins(group);
      person.sends(`secret word of ${person.id}`, { in: group });
    }
    ben.sends('the end', { in: group });
    ben.sends('/status', { in: group });
    await sim.waitFor(
      () => sim.report() && (sim.report() as unknown as { pendingUpdates: number }).pendingUpdates === 0,
    );
    await steward.settled();
    expect(sim.botMessages(group)).toHaveLength(before);
    expect(ollama.chats()).toHaveLength(0);
    const dump = JSON.stringify(steward.query('select * from inbox'));
    expect(dump).not.toContain('secret word');
  });

  test('added by a stranger it stays silent, and the owner is told where they asked for it', async () => {
    const { sim, anna, ben } = await setup();
    anna.sends('/notify here');
    await sim.waitForReply(anna, /is told what happens/);
    const den = ben.createsGroup({ type: 'supergroup', title: 'Den of *thieves*' });
    ben.addsBotTo(den);
    const told = await sim.waitForReply(anna, /stranger, added me to/);
    expect(told.text).toContain('Den of *thieves*');
    ben.sends(`@${sim.bot.username} hello`, { in: den });
    expect(sim.botMessages(den)).toHaveLength(0);
  });

  test('thrown out or blocked, it forgets that the chat wanted notifications', async () => {
    const { sim, anna, group, steward } = await setup();
    const targets = () => steward.query('select chat_id from notification_targets');
    anna.sends('/notify here', { in: group });
    await sim.waitForReply(group, /is told what happens/);
    anna.sends('/notify here');
    await sim.waitForReply(anna, /is told what happens/);
    expect(targets()).toHaveLength(2);
    anna.removesBotFrom(group);
    await sim.waitFor(() => targets().length === 1);
    anna.blocks();
    await sim.waitFor(() => targets().length === 0);
    anna.unblocks();
    anna.sends('hello zq4x');
    await sim.waitForReply(anna, 'Answer zr4x.');
    sim.assertClean({ forged: true });
  });

  test('a channel receives notifications after the owner said yes', async () => {
    const { sim, anna, group, steward } = await setup({ type: 'channel' });
    anna.addsBotTo(group, { admin: true });
    anna.sends('hello');
    await sim.waitForReply(anna, 'All good.');
    anna.sends('/notify here', { in: group });
    await sim.waitForReply(anna, /Shall notifications go to the channel Home/, { since: 0 });
    const { answered } = anna.presses('Yes');
    expect((await answered).text).toContain('from now on');
    await steward.stop();
    await startSteward(steward.config);
    await sim.waitForReply(group, /has started/, { since: 0 });
    sim.assertClean({ forged: true });
  });

  test('the menu shows the owner everything, a group what makes sense there, in German too', async () => {
    const { sim, anna, ben, group } = await setup();
    const names = (person: typeof anna, chat: typeof anna | typeof group) =>
      sim.commandsShownTo(person, chat).map((one) => one.command);
    await sim.waitFor(() => names(anna, anna).includes('users'));
    expect(names(anna, group)).not.toContain('users');
    expect(names(anna, group)).not.toContain('pair');
    expect(names(anna, group)).toContain('model');
    expect(names(ben, ben)).not.toContain('users');
    const dora = sim.user({ first_name: 'Dora', started: true, language_code: 'de' });
    await sim.waitFor(() =>
      sim.commandsShownTo(dora, dora).some((one) => one.description.startsWith('Was Steward kann')),
    );
  });
});
