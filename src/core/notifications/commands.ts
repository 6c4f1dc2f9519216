import { z } from 'zod';
import type { AuditLog } from '../audit.ts';
import { defineCommand } from '../commands/registry.ts';
import type { Command, CommandContext, CommandReply } from '../contracts/commands.ts';
import { isKindOn, notificationKinds } from './kinds.ts';
import { formatQuietHours, parseQuietHours } from './quiet-hours.ts';
import type { Target, Targets } from './targets.ts';

const kindNames = notificationKinds.map(({ kind }) => kind);
const notHere: CommandReply = {
  message: { markdown: 'This chat receives no notifications. `/notify here` changes that.' },
};

/** /notify */
export function createNotificationCommands(options: {
  targets: Targets;
  audit: AuditLog;
}): readonly Command[] {
  const { targets, audit } = options;

  const show = (target: Target): CommandReply => ({
    message: {
      markdown: [
        'This chat is told:',
        '',
        ...notificationKinds.map(
          ({ kind, about }) => `- **${kind}** ${isKindOn(target.kinds, kind) ? 'on' : 'off'}: ${about}`,
        ),
        '',
        `Quiet hours: ${target.quiet ? formatQuietHours(target.quiet) : 'none'}`,
        '',
        '`/notify digest on`',
        '`/notify quiet 22-7`',
        '`/notify off`',
      ].join('\n'),
    },
  });

  const changed = (
    context: CommandContext,
    target: Target,
    values: Parameters<Targets['change']>[1],
    markdown: string,
  ): CommandReply => ({
    message: { markdown },
    apply() {
      targets.change(target.id, values);
      audit({ act: 'notifications-changed', personId: context.personId, subject: target.id });
    },
  });

  const setQuiet = (context: CommandContext, target: Target, typed: string): CommandReply => {
    if (typed === 'off') return changed(context, target, { quiet: null }, 'No quiet hours any more.');
    const quiet = parseQuietHours(typed);
    if (!quiet)
      return { message: { markdown: 'Write the hours as `/notify quiet 22-7` or `/notify quiet off`.' } };
    return changed(
      context,
      target,
      { quiet },
      `Quiet from ${formatQuietHours(quiet)}; what comes then is told afterwards.`,
    );
  };

  const setKind = (context: CommandContext, target: Target, kind: string, typed: string): CommandReply => {
    if (!kindNames.some((name) => name === kind))
      return {
        message: {
          markdown: `There is no kind \`${kind.slice(0, 30).replaceAll('`', '')}\`. There are ${kindNames.join(', ')}.`,
        },
      };
    if (typed !== 'on' && typed !== 'off')
      return { message: { markdown: `Write \`/notify ${kind} on\` or \`/notify ${kind} off\`.` } };
    return changed(
      context,
      target,
      { kinds: { ...target.kinds, [kind]: typed === 'on' } },
      `${kind} is ${typed} in this chat.`,
    );
  };

  return [
    defineCommand({
      name: 'notify',
      description: 'Choose what this chat is told unasked, and when it is quiet',
      options: z.strictObject({
        what: z.string().max(30).optional(),
        value: z.string().max(30).optional(),
      }),
      access: 'owner',
      isReadOnly: false,
      run(context, { what, value = '' }) {
        const target = targets.at(context.address);
        if (what === 'here') {
          if (target) return show(target);
          return {
            message: {
              markdown: 'This chat is told what happens to me. `/notify` shows what, and switches it.',
            },
            apply() {
              const added = targets.add(context.address, context.personId);
              audit({ act: 'notifications-added', personId: context.personId, subject: added.id });
            },
          };
        }
        if (!target) return notHere;
        if (what === undefined) return show(target);
        if (what === 'off')
          return {
            message: { markdown: 'This chat is told nothing any more.' },
            apply() {
              targets.remove(target.id);
              audit({ act: 'notifications-removed', personId: context.personId, subject: target.id });
            },
          };
        if (what === 'quiet') return setQuiet(context, target, value.trim().toLowerCase());
        return setKind(context, target, what.toLowerCase(), value.trim().toLowerCase());
      },
    }),
  ];
}
