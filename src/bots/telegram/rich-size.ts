import type { InputRichBlock, RichText } from 'grammy/types';
import { plainRichText } from './rich-text.ts';

export interface RichSize {
  readonly characters: number;
  /** Nested ones, items and rows counted too. */
  readonly blocks: number;
  readonly depth: number;
  readonly columns: number;
}

/** A little below what Telegram documents (32,768, 500, 16, 20), since how it counts is not. */
const limits: RichSize = { characters: 32_000, blocks: 480, depth: 14, columns: 20 };

export const fitsRich = (size: RichSize): boolean =>
  size.characters <= limits.characters &&
  size.blocks <= limits.blocks &&
  size.depth <= limits.depth &&
  size.columns <= limits.columns;

export function sumOfSizes(sizes: readonly RichSize[]): RichSize {
  return sizes.reduce(
    (sum, size) => ({
      characters: sum.characters + size.characters,
      blocks: sum.blocks + size.blocks,
      depth: Math.max(sum.depth, size.depth),
      columns: Math.max(sum.columns, size.columns),
    }),
    { characters: 0, blocks: 0, depth: 0, columns: 0 },
  );
}

export function richSize(blocks: readonly InputRichBlock[]): RichSize {
  return sumOfSizes(blocks.map(sizeOfBlock));
}

/** Only of the blocks that richBlocks makes. */
function sizeOfBlock(block: InputRichBlock): RichSize {
  switch (block.type) {
    case 'paragraph':
    case 'heading':
    case 'pre':
      return { ...sizeOfText(block.text), blocks: 1 };
    case 'list': {
      const inner = sumOfSizes(block.items.map((item) => richSize(item.blocks)));
      return { ...inner, blocks: 1 + block.items.length + inner.blocks, depth: 1 + inner.depth };
    }
    case 'blockquote': {
      const inner = richSize(block.blocks);
      return { ...inner, blocks: 1 + inner.blocks, depth: 1 + inner.depth };
    }
    case 'table': {
      const cells = sumOfSizes(block.cells.flat().map((cell) => sizeOfText(cell.text ?? '')));
      const columns = Math.max(0, ...block.cells.map((row) => row.length));
      return { ...cells, blocks: 1 + block.cells.length, columns };
    }
    default:
      return { characters: 0, blocks: 1, depth: 0, columns: 0 };
  }
}

const sizeOfText = (text: RichText): RichSize => ({
  characters: plainRichText(text).length,
  blocks: 0,
  depth: depthOfText(text),
  columns: 0,
});

function depthOfText(text: RichText): number {
  if (typeof text === 'string') return 0;
  if (Array.isArray(text)) return Math.max(0, ...text.map(depthOfText));
  return 'text' in text ? 1 + depthOfText(text.text) : 1;
}
