import { describe, expect, test } from 'vitest';
import { DeliveryFault } from '../../src/core/chat/delivery-fault.ts';
import { owner, startHousehold, stranger } from '../support/household.ts';
import { createMemoryChat } from '../support/memory-adapter.ts';
import { startSteward } from '../support/steward.ts';

const minute = 60_000;
const hour = 60 * minute;

describe('/notify', () => {
  test('makes a chat one that is told, shows what, and switches it', async () => {
    const { says, query } = await startHousehold();
    expect(await says(owner, '/notify')).toContain('`/notify here`');
    expect(await says(owner, '/notify here')).toContain('is told');
    const shown = await says(owner, '/notify');
    expect(shown).toContain('**models** on');
    expect(shown).toContain('**digest** off');
    expect(await says(owner, '/notify digest on')).toBe('digest is on in this chat.');
    expect(await says(owner, '/notify')).toContain('**digest** on');
    expect(await says(owner, '/notify quiet 22:30-6')).toContain('22:30–06:00');
    expect(await says(owner, '/notify')).toContain('22:30–06:00');
    expect(await says(owner, '/notify quiet off')).toContain('No quiet hours');
    expect(await says(owner, '/notify off')).toContain('nothing any more');
    expect(await says(owner, '/notify')).toContain('`/notify here`');
    expect(query("select act from audit where act like 'notifications%'").map((row) => row.act)).toEqual([
      'notifications-added',
      'notifications-changed',
      'notifications-changed',
      'notifications-changed',
      'notifications-removed',
    ]);
  });

  test.for([
    ['/notify weather on', 'There is no kind `weather`'],
    ['/notify digest maybe', '`/notify digest on`'],
    ['/notify quiet', '`/notify quiet 22-7`'],
    ['/notify quiet 25-7', '`/notify quiet 22-7`'],
    ['/notify quiet 7-7', '`/notify quiet 22-7`'],
    ['/notify `x` on', 'There is no kind `x`'],
  ])('%s says what would be right', async ([typed = '', wanted]) => {
    const { says } = await startHousehold();
    await says(owner, '/notify here');
    expect(await says(owner, typed)).toContain(wanted);
  });

  test('is for the owner, also in a group', async () => {
    const { says, presses, phone } = await startHousehold();
    await says(owner, 'hello');
    await says(stranger, 'hello');
    await presses(owner, 'Member');
    expect(await says(stranger, '/notify here')).toContain('for the owner');
    expect(await says(stranger, '/notify here', { group: 'home' })).toContain('for the owner');
    expect(await says(owner, '/notify here', { group: 'home' })).toContain('is told');
    expect(phone.seen('home')).toHaveLength(2);
  });
});

describe('a notification', () => {
  test('of a start goes to each chat that wants it, and says when the run before was cut off', async () => {
    const { says, stop, config, clock, execute } = await startHousehold();
    await says(owner, '/notify here');
    await says(owner, '/notify here', { group: 'home' });
    await says(owner, '/notify start off', { group: 'home' });
    const restart = async () => {
      const phone = createMemoryChat('telegram');
      const again = await startSteward(config, { adapters: [phone.adapter], clock });
      await again.settled();
      return { again, phone };
    };
    execute("insert into runs (id, kind, pid, version, started_at) values ('zzz', 'live', 1, '1', 1)");
    await stop();
    const first = await restart();
    expect(first.phone.seen(owner)).toEqual([expect.stringContaining('was cut off')]);
    expect(first.phone.seen('home')).toEqual([]);
    first.again.execute("delete from runs where id = 'zzz'");
    await first.again.stop();
    const second = await restart();
    expect(second.phone.seen(owner)).toEqual([expect.stringMatching(/^Steward .* has started\.$/)]);
  });

  test('tells that the local model went, not at the first miss, and that it is back', async () => {
    const { says, phone, passes, ollama } = await startHousehold();
    await says(owner, '/notify here');
    await passes(minute);
    ollama.models.clear();
    await passes(minute);
    expect(phone.seen(owner).at(-1)).toContain('is told');
    await passes(minute);
    await passes(minute);
    expect(phone.seen(owner).at(-1)).toContain('The local model is down');
    expect(phone.seen(owner).at(-1)).toContain('Claude answers meanwhile');
    const before = phone.seen(owner).length;
    await passes(minute);
    expect(phone.seen(owner)).toHaveLength(before);
    ollama.models.add('qwen3:1.7b');
    await passes(minute);
    expect(phone.seen(owner).at(-1)).toContain('answers again');
  });

  test('in quiet hours waits for their end and comes in one message, with its time', async () => {
    const { says, phone, passes, settled } = await startHousehold({ at: Date.UTC(2026, 10, 24, 22, 59) });
    await says(owner, '/notify here');
    await says(owner, '/notify quiet 23-7');
    phone.membership(stranger, 'added', { id: 'den', kind: 'group', title: 'Den *1*' });
    await settled();
    expect(phone.seen(owner).at(-1)).toContain('Den');
    await passes(10 * minute);
    for (const id of ['den2', 'den3']) phone.membership(stranger, 'added', { id, kind: 'group', title: id });
    await passes(hour);
    const before = phone.seen(owner).length;
    await passes(7 * hour);
    const told = phone.seen(owner).slice(before);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/In the quiet hours:[^]*\*\*23:09\*\*[^]*den2[^]*den3/);
  });

  test('the digest comes once a day at its hour to the chats that asked for it', async () => {
    const { says, phone, passes } = await startHousehold();
    const digests = () => phone.seen(owner).filter((text) => text.includes('last 24 hours'));
    await says(owner, '/notify here');
    await passes(21 * hour);
    expect(digests()).toEqual([]);
    await says(owner, '/notify digest on');
    await says(owner, 'hello');
    await passes(22 * hour);
    expect(digests()).toEqual([]);
    await passes(hour);
    await passes(hour);
    expect(digests()).toEqual([expect.stringMatching(/messages: 1[^]*answered: 1, 0 by Claude/)]);
    await passes(24 * hour);
    expect(digests()).toHaveLength(2);
  });
});

describe('chats', () => {
  test('a person who adds it is greeted, a stranger who adds it is not', async () => {
    const { phone, settled } = await startHousehold();
    phone.membership(owner, 'added', { id: 'home', kind: 'group', title: 'Home' });
    phone.membership(stranger, 'added', { id: 'den', kind: 'group', title: 'Den' });
    phone.membership(owner, 'added', { id: 'news', kind: 'channel', title: 'News' });
    await settled();
    expect(phone.seen('home')).toEqual([expect.stringContaining('when I am mentioned')]);
    expect(phone.seen('den')).toEqual([]);
    expect(phone.seen('news')).toEqual([]);
  });

  test('a group that moved takes its conversation, its notifications and its waiting messages along', async () => {
    const { says, phone, tasks, settled, query } = await startHousehold();
    await says(owner, 'hello zq1x', { group: 'old' });
    await says(owner, '/notify here', { group: 'old' });
    phone.moves('old', 'new');
    phone.moves('old', 'new');
    await says(owner, 'hello zq2x', { group: 'new' });
    await settled();
    expect(new Set(tasks().map((task) => task.threadId)).size).toBe(1);
    expect(query('select chat_id from notification_targets')).toEqual([{ chat_id: 'new' }]);
    expect(await says(owner, '/history', { group: 'new' })).toContain('zq1x');
  });

  test('written in before its move was told, the new group joins the conversation of the old one', async () => {
    const { says, phone, tasks, settled } = await startHousehold();
    await says(owner, 'hello zq1x', { group: 'old' });
    await says(owner, 'hello zq2x', { group: 'new' });
    phone.moves('old', 'new');
    await settled();
    expect(new Set(tasks().map((task) => task.threadId)).size).toBe(1);
  });

  test('a group that moved where notifications were chosen on both sides keeps those of the new one', async () => {
    const { says, phone, query, settled } = await startHousehold();
    await says(owner, '/notify here', { group: 'old' });
    await says(owner, '/notify here', { group: 'new' });
    phone.moves('old', 'new');
    await settled();
    expect(query('select chat_id from notification_targets')).toEqual([{ chat_id: 'new' }]);
  });

  test('a message refused because the group moved is sent there', async () => {
    const { says, phone, query } = await startHousehold();
    await says(owner, 'hello zq1x', { group: 'old' });
    phone.fails('old', new DeliveryFault('moved', { permanent: false, movedTo: 'new' }));
    await says(owner, 'hello zq2x', { group: 'old' });
    expect(phone.seen('new')).toEqual(['Answer zr2x.']);
    expect(query("select chat_id from threads where kind = 'group'")).toEqual([{ chat_id: 'new' }]);
  });

  test('a reaction to an answer is an opinion, and taking it back takes that back', async () => {
    const { says, phone, query } = await startHousehold();
    await says(owner, 'hello');
    phone.react(owner, '👎');
    phone.react(owner, '🎉');
    expect(query('select kind, reason from signals')).toEqual([{ kind: 'bad', reason: 'reaction' }]);
    phone.react(owner, '👎', false);
    phone.react(owner, '👍');
    phone.react(stranger, '👎');
    expect(query('select kind from signals')).toEqual([{ kind: 'good' }]);
  });
});
