import type { CommandSummary } from '../../core/contracts/chat.ts';
import type { TelegramApi } from './api.ts';

const longestDescription = 256;

/** The command menu for everybody, set only where it differs from what Telegram has. */
export async function syncMenu(api: TelegramApi, commands: readonly CommandSummary[]): Promise<void> {
  const wanted = commands
    .filter((command) => command.access === 'member')
    .map(({ name, description }) => ({
      command: name,
      description: description.slice(0, longestDescription),
    }));
  const current = await api.getMyCommands();
  const isSame =
    current.length === wanted.length &&
    wanted.every(
      ({ command, description }, index) =>
        current[index]?.command === command && current[index].description === description,
    );
  if (!isSame) await api.setMyCommands(wanted);
}
