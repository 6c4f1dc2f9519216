import type { BotCommandScope } from 'grammy/types';
import type { CommandSummary } from '../../core/contracts/chat.ts';
import type { TelegramApi } from './api.ts';
import { problemOf } from './faults.ts';

const longestDescription = 256;
/** Commands that mean something in a private chat alone. */
const privateOnly = new Set(['start', 'pair']);

type MenuScope = Extract<BotCommandScope, { type: 'default' | 'all_group_chats' | 'chat' }>;

/**
 * The command menus: everybody's, what makes sense in groups, and the owner's own in the private chats with the bot.
 * In each language that has translations. Set only where they differ from what Telegram has.
 */
export async function syncMenus(
  api: TelegramApi,
  commands: readonly CommandSummary[],
  ownerIds: readonly string[],
): Promise<void> {
  const everybodys = commands.filter((command) => command.access === 'member');
  const menus: { scope: MenuScope; commands: readonly CommandSummary[] }[] = [
    { scope: { type: 'default' }, commands: everybodys },
    {
      scope: { type: 'all_group_chats' },
      commands: everybodys.filter((command) => !privateOnly.has(command.name)),
    },
    ...ownerIds.map((id) => ({ scope: { type: 'chat' as const, chat_id: Number(id) }, commands })),
  ];
  const languages = new Set(commands.flatMap((command) => Object.keys(command.translations ?? {})));
  for (const menu of menus)
    for (const language of [undefined, ...languages]) await syncMenu(api, menu, language);
}

async function syncMenu(
  api: TelegramApi,
  { scope, commands }: { readonly scope: MenuScope; readonly commands: readonly CommandSummary[] },
  language: string | undefined,
): Promise<void> {
  const where = { scope, ...(language && { language_code: language as 'de' }) };
  const wanted = commands.map(({ name, description, translations }) => ({
    command: name,
    description: ((language && translations?.[language]) || description).slice(0, longestDescription),
  }));
  try {
    const current = await api.getMyCommands(where);
    const isSame =
      current.length === wanted.length &&
      wanted.every(
        ({ command, description }, index) =>
          current[index]?.command === command && current[index].description === description,
      );
    if (!isSame) await api.setMyCommands(wanted, where);
  } catch (error) {
    // An owner who has not written to the bot yet has no chat to show a menu in.
    if (scope.type !== 'chat' || problemOf(error).code !== 400) throw error;
  }
}
