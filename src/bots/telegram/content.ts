import type { Message } from 'grammy/types';
import type { AttachmentRef } from '../../core/contracts/chat.ts';
import { nameOfChat } from './people.ts';
import { textOfRichBlocks } from './rich-text.ts';

/** What a message says; media without words as readable text in brackets. '' for service messages. */
export function textOf(message: Message): string {
  const words =
    message.text ??
    message.caption ??
    (message.rich_message && textOfRichBlocks(message.rich_message.blocks));
  const shown = described(message);
  return [shown, words].filter(Boolean).join('\n');
}

const bracketed = (kind: string, text: string | undefined): string => `[${kind}${text ? `: ${text}` : ''}]`;

/** Only what has no file of its own. */
function described(message: Message): string | undefined {
  const { venue, location, contact, poll, dice, sticker, checklist, game, invoice, story, giveaway } =
    message;
  if (sticker) return sticker.emoji ? `[sticker ${sticker.emoji}]` : '[sticker]';
  if (venue)
    return bracketed(
      'place',
      `${venue.title}, ${venue.address} (${venue.location.latitude}, ${venue.location.longitude})`,
    );
  if (location) return bracketed('location', `${location.latitude}, ${location.longitude}`);
  if (contact)
    return bracketed(
      'contact',
      [[contact.first_name, contact.last_name].filter(Boolean).join(' '), contact.phone_number].join(', '),
    );
  if (poll)
    return bracketed('poll', `${poll.question} ${poll.options.map((one) => `(${one.text})`).join(' ')}`);
  if (dice) return bracketed('dice', `${dice.emoji} ${dice.value}`);
  if (checklist)
    return bracketed(
      'checklist',
      [
        checklist.title,
        ...checklist.tasks.map((task) => `${task.completion_date ? '☑' : '☐'} ${task.text}`),
      ].join('\n'),
    );
  if (game) return bracketed('game', game.title);
  if (invoice) return bracketed('invoice', invoice.title);
  if (story) return bracketed('story', `of ${nameOfChat(story.chat)}`);
  if (giveaway) return '[giveaway]';
  if (message.paid_media) return '[paid media]';
  return undefined;
}

/** The files of a message, named where the sender's program did not. */
export function attachmentsOf(message: Message): AttachmentRef[] {
  const id = message.message_id;
  const { photo, animation, document, audio, video, video_note: videoNote, voice } = message;
  const refs: AttachmentRef[] = [];
  const largest = photo?.toSorted((a, b) => b.width * b.height - a.width * a.height)[0];
  if (largest) refs.push(refTo(largest, `photo-${id}.jpg`, 'image/jpeg'));
  // An animation comes as a document too.
  if (animation)
    refs.push(refTo(animation, animation.file_name ?? `animation-${id}.mp4`, animation.mime_type));
  else if (document) refs.push(refTo(document, document.file_name ?? `document-${id}`, document.mime_type));
  if (audio) refs.push(refTo(audio, audio.file_name ?? `audio-${id}.mp3`, audio.mime_type));
  if (video) refs.push(refTo(video, video.file_name ?? `video-${id}.mp4`, video.mime_type));
  if (videoNote) refs.push(refTo(videoNote, `video-note-${id}.mp4`, 'video/mp4'));
  if (voice) refs.push(refTo(voice, `voice-${id}.ogg`, voice.mime_type ?? 'audio/ogg'));
  return refs;
}

function refTo(
  file: { readonly file_id: string; readonly file_size?: number },
  name: string,
  mediaType: string | undefined,
): AttachmentRef {
  return {
    nativeId: file.file_id,
    name,
    ...(mediaType && { mediaType }),
    ...(file.file_size !== undefined && { sizeBytes: file.file_size }),
  };
}
