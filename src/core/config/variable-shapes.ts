import { parseOllamaHost } from './ollama-host.ts';

/** How one variable is read: its value, or undefined when it is not what `expected` says. */
export interface VariableShape<Value> {
  readonly expected: string;
  readonly remedy: string;
  readonly isSecret?: true;
  parse(text: string): Value | undefined;
}

const matching =
  (pattern: RegExp) =>
  (text: string): string | undefined =>
    pattern.test(text) ? text : undefined;

export const telegramTokenShape: VariableShape<string> = {
  expected: 'a bot token: digits, a colon and at least 35 letters, digits, - or _',
  remedy: 'Copy the token from @BotFather (/mybots, your bot, API Token), without spaces or quotes.',
  isSecret: true,
  parse: matching(/^\d+:[\w-]{35,}$/),
};

/** A key or token of which only the owner knows the shape. */
export const keyShape = (remedy: string): VariableShape<string> => ({
  expected: 'a key without spaces',
  remedy,
  isSecret: true,
  parse: matching(/^\S+$/),
});

export const webTokenShape: VariableShape<string> = {
  expected: 'at least 8 characters without spaces',
  remedy: 'Choose a longer one (openssl rand -hex 24), or leave it empty and Steward makes one.',
  isSecret: true,
  parse: matching(/^\S{8,}$/),
};

const addressShape = (protocols: readonly string[], example: string): VariableShape<string> => ({
  expected: `an address such as ${example}`,
  remedy: `Write the whole address with ${protocols.map((name) => `${name}//`).join(' or ')}, or leave it empty.`,
  parse(text) {
    const url = URL.parse(text);
    const isAddress = url && protocols.includes(url.protocol) && url.hostname !== '' && !/\s/.test(text);
    return isAddress ? text.replace(/\/+$/, '') : undefined;
  },
});

export const urlShape = (example: string): VariableShape<string> =>
  addressShape(['http:', 'https:'], example);

export const httpsUrlShape = (example: string): VariableShape<string> => addressShape(['https:'], example);

export const ollamaHostShape: VariableShape<string> = {
  expected: 'a host, host:port, :port or http address of an Ollama server',
  remedy: 'For Ollama on this machine leave it empty; else write for example 192.168.1.20:11434.',
  parse: parseOllamaHost,
};

export const hostShape: VariableShape<string> = {
  expected: 'the name or address of an interface of this machine, without scheme and port',
  remedy: 'Use 127.0.0.1 for this machine alone; the port belongs into STEWARD_WEB_PORT.',
  parse: matching(/^(?:[\w.-]+|\[?[\da-fA-F:]*:[\da-fA-F:.]+\]?)$/),
};

export const portShape: VariableShape<number> = {
  expected: 'a whole number from 1 to 65535',
  remedy: 'Choose a free port, for example 8000.',
  parse(text) {
    const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
    return port >= 1 && port <= 65_535 ? port : undefined;
  },
};

export const choiceShape = <Choice extends string>(
  choices: readonly Choice[],
  remedy: string,
): VariableShape<Choice> => ({
  expected: `one of ${choices.join(', ')}`,
  remedy,
  parse: (text) => choices.find((choice) => choice === text.toLowerCase()),
});
