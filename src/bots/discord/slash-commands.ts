import {
  type APIApplicationCommand,
  type APIApplicationCommandBasicOption,
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ApplicationIntegrationType,
  InteractionContextType,
  type REST,
  type RESTPostAPIChatInputApplicationCommandsJSONBody,
  Routes,
} from 'discord.js';
import type { CommandOption, CommandSummary } from '../../core/contracts/chat.ts';

const longestDescription = 100;
const mostChoices = 25;

/** What Discord is told of a command. */
export type SlashCommand = RESTPostAPIChatInputApplicationCommandsJSONBody;

/** More changes than these are made by one call: five calls in 20 seconds are what Discord takes. */
const fewChanges = 3;

/** Registers what is new or has changed and takes away what is gone; nothing is sent when all is as it should be. */
export async function syncSlashCommands(
  rest: REST,
  applicationId: string,
  commands: readonly CommandSummary[],
): Promise<void> {
  const route = Routes.applicationCommands(applicationId);
  const query = new URLSearchParams({ with_localizations: 'true' });
  const current = (await rest.get(route, { query })) as readonly APIApplicationCommand[];
  const wanted = commands.map(slashCommand);
  const changed = wanted.filter((command) => {
    const known = current.find((one) => one.name === command.name);
    return !known || fingerprint(known) !== fingerprint(command);
  });
  const gone = current.filter((command) => !wanted.some((one) => one.name === command.name));
  if (changed.length + gone.length > fewChanges) {
    await rest.put(route, { body: wanted });
    return;
  }
  for (const command of changed) await rest.post(route, { body: command });
  for (const { id } of gone) await rest.delete(Routes.applicationCommand(applicationId, id));
}

/**
 * A command of the registry. Discord shows the owner's commands in servers to administrators alone; in direct messages it
 * shows all to all, and Steward itself refuses.
 */
export function slashCommand(command: CommandSummary): SlashCommand {
  const { name, description, access, translations, options } = command;
  return {
    type: ApplicationCommandType.ChatInput,
    name,
    description: short(description),
    ...(translations && {
      description_localizations: Object.fromEntries(
        Object.entries(translations).map(([language, text]) => [language, short(text)]),
      ),
    }),
    default_member_permissions: access === 'owner' ? '0' : null,
    contexts: [InteractionContextType.Guild, InteractionContextType.BotDM],
    integration_types: [ApplicationIntegrationType.GuildInstall],
    // Discord wants what is required first.
    options: options.toSorted((a, b) => Number(b.isRequired) - Number(a.isRequired)).map(slashOption),
  };
}

function slashOption(option: CommandOption): APIApplicationCommandBasicOption {
  const base = { name: option.name, description: option.name, required: option.isRequired };
  switch (option.type) {
    case 'boolean':
      return { ...base, type: ApplicationCommandOptionType.Boolean };
    case 'integer':
      return { ...base, ...rangeOf(option), type: ApplicationCommandOptionType.Integer };
    case 'number':
      return { ...base, ...rangeOf(option), type: ApplicationCommandOptionType.Number };
    case 'text': {
      const type = ApplicationCommandOptionType.String;
      const { choices } = option;
      if (!choices || choices.length > mostChoices) return { ...base, type, autocomplete: true };
      return { ...base, type, choices: choices.map((choice) => ({ name: choice, value: choice })) };
    }
  }
}

const rangeOf = ({ minimum, maximum }: CommandOption) => ({
  ...(minimum !== undefined && { min_value: minimum }),
  ...(maximum !== undefined && { max_value: maximum }),
});

const short = (text: string): string =>
  text.length <= longestDescription ? text : `${text.slice(0, longestDescription - 1).toWellFormed()}…`;

/** What matters of a command in one spelling, since Discord adds fields and leaves out empty ones. */
function fingerprint(command: SlashCommand | APIApplicationCommand): string {
  const options = (command.options ?? []) as readonly APIApplicationCommandBasicOption[];
  return JSON.stringify([
    command.name,
    command.description,
    Object.entries(command.description_localizations ?? {}).toSorted(([a], [b]) => a.localeCompare(b)),
    command.default_member_permissions ?? null,
    [...(command.contexts ?? [])].toSorted((a, b) => a - b),
    options.map((option) => [
      option.type,
      option.name,
      option.description,
      option.required ?? false,
      'autocomplete' in option ? (option.autocomplete ?? false) : false,
      'choices' in option ? (option.choices ?? []).map((choice) => choice.value) : [],
      'min_value' in option ? (option.min_value ?? null) : null,
      'max_value' in option ? (option.max_value ?? null) : null,
    ]),
  ]);
}
