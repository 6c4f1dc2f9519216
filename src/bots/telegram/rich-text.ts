import type { RichBlock, RichText } from 'grammy/types';

/** What a reader sees of a formatted text, without its form. */
export function plainRichText(text: RichText | undefined): string {
  if (text === undefined) return '';
  if (typeof text === 'string') return text;
  if (Array.isArray(text)) return text.map(plainRichText).join('');
  if ('text' in text) return plainRichText(text.text);
  if ('alternative_text' in text) return text.alternative_text;
  if ('expression' in text) return text.expression;
  if ('button' in text) return plainRichText(text.button.text);
  return '';
}

/** The words of a rich message that someone sent or replied to. */
export function textOfRichBlocks(blocks: readonly RichBlock[]): string {
  return blocks.map(textOfBlock).filter(Boolean).join('\n\n');
}

function textOfBlock(block: RichBlock): string {
  switch (block.type) {
    case 'list':
      return block.items.map((item) => `${item.label} ${textOfRichBlocks(item.blocks)}`).join('\n');
    case 'table':
      return block.cells.map((row) => row.map((cell) => plainRichText(cell.text)).join(' | ')).join('\n');
    case 'details':
      return `${plainRichText(block.summary)}\n${textOfRichBlocks(block.blocks)}`;
    case 'mathematical_expression':
      return block.expression;
    default:
      if ('text' in block) return plainRichText(block.text);
      if ('blocks' in block) return textOfRichBlocks(block.blocks);
      return '';
  }
}
