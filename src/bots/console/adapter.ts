import { createInterface } from 'node:readline';
import type {
  Button,
  ChatAdapter,
  ChatAddress,
  ChatHandlers,
  InboundEvent,
  LiveMessage,
} from '../../core/contracts/chat.ts';
import { visibleText } from '../../core/chat/visible-text.ts';
import { choiceLine, createChoices } from './choices.ts';
import { completeLine } from './completion.ts';
import { createHistory, type History } from './history.ts';
import { readSubmitted } from './inbound.ts';
import { type Keyboard, openKeyboard, type TerminalInput } from './keyboard.ts';
import { localFiles, readLocalFile } from './local-file.ts';
import { readPart, renderPart } from './part.ts';
import { createPrompt, type Prompt } from './prompt.ts';
import { renderMarkdown } from './render.ts';
import { createPlainScreen, createTerminalScreen, type TerminalOutput } from './screen.ts';
import { createStyle } from './style.ts';
import { createThrottle } from './throttle.ts';

export interface ConsoleOptions {
  readonly input: TerminalInput;
  readonly output: TerminalOutput;
  /** A terminal with a person in front of it, or a pipe. */
  readonly interactive: boolean;
  /** Where sent lines are kept for the arrow keys. */
  readonly historyFile?: string;
  now(): number;
  newId(): string;
  /** The person wants to leave: Ctrl-C at rest or again, Ctrl-D. */
  onQuit(): void;
  /** Why a file may not be read, or undefined. */
  refusesPath(absolutePath: string): string | undefined;
}

const frameMs = 30;
const largestFileBytes = 2_000_000_000;
const rememberedTexts = 100;

/** The chat in a terminal, or on a pipe: what is typed are messages, what is answered is printed. */
export function createConsoleAdapter(options: ConsoleOptions): ChatAdapter {
  const { input, output, interactive, now, newId } = options;
  const style = createStyle(interactive);
  const screen = interactive ? createTerminalScreen(output) : createPlainScreen(output);
  const choices = createChoices();
  /** What each message said last, to print only what an edit adds. */
  const texts = new Map<string, string>();
  const address: ChatAddress = { platform: 'console', account: 'local', chatId: 'terminal', threadKey: '' };
  const files = localFiles();

  let handlers: ChatHandlers | undefined;
  let closeInput: (() => void) | undefined;
  let prompt: Prompt | undefined;
  let live: { markdown: string; note: string; isSettled: boolean } | undefined;
  let isStopAsked = false;
  /** The preview as it was drawn last: every key draws, and must not parse the answer again. */
  let previewed: { markdown: string; width: number; lines: readonly string[] } | undefined;
  /** The last edit of a message: shown below the scrollback until something else is printed, since edits repeat. */
  let edited: { refId: string; lines: readonly string[] } | undefined;

  const lines = (markdown: string): string[] => renderMarkdown(markdown, { style, width: screen.columns() });

  const card = (markdown: string, buttons: readonly Button[]): string[] => [
    ...lines(markdown),
    ...(buttons.length > 0 ? ['', choiceLine(buttons, style)] : []),
  ];

  const preview = (): readonly string[] => {
    if (!live || live.markdown === '') return [];
    const { markdown } = live;
    const width = screen.columns();
    if (previewed?.markdown !== markdown || previewed.width !== width)
      previewed = { markdown, width, lines: lines(markdown) };
    return previewed.lines;
  };

  const frame = () => ({
    preview: preview(),
    status: [
      ...(edited?.lines ?? []),
      ...(live && live.markdown === '' && live.note !== '' ? [style.paint('dim', `… ${live.note}`)] : []),
    ],
  });
  const drawQuietly = (): void => {
    // A preview that cannot be shown is no fault: the answer itself is sent later, and tells.
    screen.draw(frame()).catch(() => undefined);
  };
  const throttle = createThrottle(() => {
    if (screen.isBehind()) throttle.request();
    else drawQuietly();
  }, frameMs);

  /** Prints for good, after what an edit had left standing. */
  const print = (added: readonly string[]): Promise<void> => {
    const before = edited ? [...edited.lines, ''] : [];
    edited = undefined;
    return screen.draw({ print: [...before, ...added], ...frame() });
  };

  const keysOf = () => ({
    nativeId: newId(),
    revision: 0,
    at: now(),
    address,
    sender: { nativeId: 'terminal', displayName: 'Owner' },
  });

  const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

  const submit = (text: string, typed = text): void => {
    const token = choices.tokenFor(text.trim());
    const event: InboundEvent = token
      ? { ...keysOf(), kind: 'press', token }
      : { ...keysOf(), ...readSubmitted(text, files, typed) };
    try {
      handlers?.onEvents([event]);
    } catch (error) {
      // Nothing was stored: say so and give the text back, into the edit line where there is one.
      const given = prompt ? [] : [`  ${visibleText(text)}`];
      print([`Not taken: ${reasonOf(error)}`, ...given, '']).catch(() => undefined);
      prompt?.restore(text);
    }
  };

  const interrupt = (): void => {
    if (!live || live.isSettled || isStopAsked) return options.onQuit();
    try {
      handlers?.onEvents([{ ...keysOf(), kind: 'stop' }]);
      isStopAsked = true;
    } catch (error) {
      print([`Not stopped: ${reasonOf(error)}`, '']).catch(() => undefined);
    }
  };

  const openTerminal = (): (() => void) => {
    const history = createHistory(options.historyFile);
    const line = createPrompt(history, style, {
      onSubmit(text, shown) {
        const [first = '', ...more] = shown.split('\n');
        print([`${style.paint('bold', '›')} ${first}`, ...more.map((row) => `  ${row}`), '']).catch(
          () => undefined,
        );
        submit(text, shown);
        remember(history, text);
      },
      onInterrupt: interrupt,
      onEnd: () => options.onQuit(),
      complete: (text) => handlers && completeLine(text, handlers),
      onChange: drawQuietly,
      onCandidates: (candidates) => void print([candidates.join('  ')]).catch(() => undefined),
    });
    prompt = line;
    screen.draw({ edit: line.layout }).catch(() => undefined);
    const keyboard: Keyboard = openKeyboard(input, output, { onKey: line.key, onPaste: line.paste });
    return () => keyboard.close();
  };

  const openPipe = (): (() => void) => {
    const reader = createInterface({ input, terminal: false, crlfDelay: Infinity });
    reader.on('line', (text) => {
      if (text.trim() !== '') submit(text);
    });
    return () => reader.close();
  };

  const openLive = (): LiveMessage => {
    const message = { markdown: '', note: '', isSettled: false };
    live = message;
    isStopAsked = false;
    return {
      update(markdown) {
        message.markdown = visibleText(markdown).trim();
        throttle.request();
      },
      note(line) {
        message.note = visibleText(line).replaceAll('\n', ' ');
        throttle.request();
      },
      settle() {
        // The preview stays until the answer itself takes its place.
        throttle.cancel();
        message.isSettled = true;
        return Promise.resolve();
      },
    };
  };

  return {
    platform: 'console',
    account: 'local',
    capabilities: {
      streaming: interactive ? 'live' : 'none',
      edits: true,
      buttons: true,
      buttonsOutliveRestart: false,
      typing: true,
      answerButtons: false,
      pictures: false,
    },
    limits: { textLength: Infinity, fetchBytes: largestFileBytes },
    start(given) {
      handlers = given;
      closeInput = interactive ? openTerminal() : openPipe();
      return Promise.resolve();
    },
    async stop() {
      handlers = undefined;
      closeInput?.();
      closeInput = undefined;
      await screen
        .draw({ edit: () => ({ rows: [''], cursorRow: 0, cursorColumn: 0 }) })
        .catch(() => undefined);
    },
    render: (message) => [renderPart(message)],
    async send(_address, part, partId) {
      const { markdown, buttons } = readPart(part);
      if (buttons.length > 0) choices.open(partId, buttons);
      noteText(texts, partId, markdown);
      if (live?.isSettled) live = undefined;
      await print([...card(markdown, buttons), '']);
      return { nativeId: partId };
    },
    async edit(_address, ref, part) {
      const { markdown, buttons } = readPart(part);
      const before = texts.get(ref.nativeId) ?? '';
      const news = markdown.startsWith(before) ? markdown.slice(before.length).trim() : markdown;
      choices.retire(ref.nativeId);
      if (buttons.length > 0) choices.open(ref.nativeId, buttons);
      noteText(texts, ref.nativeId, markdown);
      const shown = card(news, buttons);
      if (edited && edited.refId !== ref.nativeId) await print([]);
      // More than a line of progress would be cut to its end there.
      if (!screen.canRedraw || shown.length > 1) {
        edited = undefined;
        await print([...shown, '']);
        return ref;
      }
      edited = { refId: ref.nativeId, lines: shown };
      await screen.draw(frame());
      return ref;
    },
    showTyping: () => Promise.resolve(),
    openDirect: () => Promise.resolve(address),
    fetchFile: (ref, signal) =>
      readLocalFile(ref, signal, { maximumBytes: largestFileBytes, refusesPath: options.refusesPath }),
    ...(interactive && { openLive: () => openLive() }),
  };
}

function noteText(texts: Map<string, string>, refId: string, markdown: string): void {
  texts.delete(refId);
  texts.set(refId, markdown);
  const [oldest] = texts.keys();
  if (texts.size > rememberedTexts && oldest !== undefined) texts.delete(oldest);
}

/** A history that cannot be written (the disk is full) lasts for this session; the message itself is stored. */
function remember(history: History, text: string): void {
  try {
    history.add(text);
  } catch {
    // Said already, by the message that could not be stored.
  }
}
