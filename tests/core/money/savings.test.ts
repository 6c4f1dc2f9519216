import { expect, test } from 'vitest';
import { tasks } from '../../../src/core/db/schema/work.ts';
import { savedMicroUsd } from '../../../src/core/money/savings.ts';
import { testDatabase } from '../../support/database.ts';
import { testConfig } from '../../support/steward.ts';

type NewTask = typeof tasks.$inferInsert;

function setup() {
  const { database, clock, ids } = testDatabase();
  const models = testConfig({
    change({ models: { models: all, roles } }) {
      const fast = all[roles.fast];
      if (fast)
        fast.price = {
          input: 1,
          output: 5,
          cacheRead: 0,
          cacheWrite: 0,
          longPrompt: { abovePromptTokens: 100_000, input: 10, output: 50, cacheRead: 0, cacheWrite: 0 },
        };
    },
  }).models;
  const answered = (change: Partial<NewTask>) =>
    database.orm
      .insert(tasks)
      .values({
        id: ids.next(),
        traceId: '',
        threadId: '',
        personId: '',
        inboxId: '',
        state: 'answered',
        text: '',
        interruptions: 0,
        engine: 'ollama',
        inputTokens: 1_000,
        outputTokens: 100,
        costMicroUsd: 0,
        createdAt: clock.now(),
        ...change,
      })
      .run();
  return { database, clock, models, answered };
}

test('only answers given at home, to messages of that time, save anything', () => {
  const { database, clock, models, answered } = setup();
  const now = clock.now();
  answered({});
  answered({ engine: 'embedded' });
  answered({ engine: 'anthropic' });
  answered({ state: 'failed' });
  answered({ createdAt: now - 1 });
  answered({ createdAt: now + 1 });
  expect(savedMicroUsd(database, models, now, now + 1)).toBe(3_000);
});

test('many short prompts together are not priced as a long one', () => {
  const { database, clock, models, answered } = setup();
  for (let n = 0; n < 200; n++) answered({});
  expect(savedMicroUsd(database, models, clock.now(), clock.now() + 1)).toBe(300_000);
});
