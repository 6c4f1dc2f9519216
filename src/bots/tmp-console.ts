import { createInterface } from 'node:readline';
import type { ChatAdapter } from '../core/contracts/chat.ts';
export function createConsoleAdapter(o: any): ChatAdapter {
  let n = 0;
  let stopped = false;
  let buttons: any[] = [];
  return {
    platform: 'console',
    account: 'local',
    capabilities: { streaming: 'none', edits: true, buttons: true, typing: true },
    limits: { textLength: 1e9, fetchBytes: 1e9 },
    async start(h) {
      const rl = createInterface({ input: o.input, terminal: false });
      rl.on('line', (text: string) => {
        if (stopped || !text) return;
        const base = {
          nativeId: o.newId(),
          revision: 0,
          at: o.now(),
          sender: { nativeId: 'owner', displayName: 'Owner' },
          address: { platform: 'console', account: 'local', chatId: 'terminal', threadKey: '' },
        };
        const c = /^\/(\w+)\s*(.*)$/.exec(text);
        const b = buttons[Number(text) - 1];
        if (b) {
          buttons = [];
          h.onEvents([{ ...base, kind: 'press', token: b.token }]);
        } else
          h.onEvents([
            c
              ? { ...base, kind: 'command', name: c[1]!, input: c[2]! }
              : { ...base, kind: 'message', text, attachments: [] },
          ]);
      });
    },
    async stop() {
      stopped = true;
    },
    render: (m) => [{ markdown: m.markdown, buttons: (m.buttons ?? []).flat() as any }],
    async send(_a, part: any) {
      buttons = part.buttons ?? [];
      o.output.write(part.markdown + '\n' + buttons.map((b, i) => `${i + 1} ${b.label}`).join('  ') + '\n\n');
      return { nativeId: String(++n) };
    },
    async edit(_a, _r, part: any) {
      o.output.write(part.markdown + '\n\n');
    },
    async showTyping() {},
    async openDirect() {
      return 'unreachable';
    },
    async *fetchFile() {},
  };
}
