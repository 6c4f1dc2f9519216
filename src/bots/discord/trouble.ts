/** Why Discord does not work, or not wholly, and what to do about it. */
export interface DiscordTrouble {
  readonly code: 'token-refused' | 'content-intent' | 'unreachable' | 'permission';
  readonly remedy: string;
}

const remedies: Readonly<Record<Exclude<DiscordTrouble['code'], 'permission'>, string>> = {
  'token-refused':
    'Discord refuses DISCORD_BOT_TOKEN. Copy it anew: discord.com/developers, your application, Bot, Reset Token; then start again.',
  'content-intent':
    'Steward sees only what mentions it: switch on Message Content Intent at discord.com/developers, your application, Bot; then start again.',
  unreachable:
    'Discord cannot be reached; Steward keeps trying. Check the network, and DISCORD_API_URL if set.',
};

export const troubleOf = (code: keyof typeof remedies): DiscordTrouble => ({ code, remedy: remedies[code] });

export const permissionTrouble = (channel: string): DiscordTrouble => ({
  code: 'permission',
  remedy: `Steward may not write in ${channel}. Give its role View Channel, Send Messages, Send Messages in Threads, Embed Links, Attach Files and Read Message History there.`,
});
