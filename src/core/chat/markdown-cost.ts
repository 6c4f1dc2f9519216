/** Figures measured with micromark 4: within them the worst text found takes about a second, prose 4 µs a character. */
const limits = {
  lengthInCharacters: 100_000,
  /** Emphasis and brackets within one paragraph cost the square of their number. */
  delimitersInParagraph: 1_500,
  /** Table cells, list items, quotes and lines with tabs cost up to 0.1 ms each. */
  structureInText: 8_000,
  containersInLine: 24,
  /** Each unclosed `<!--` or `<?` is searched to the end of its paragraph. */
  declarationsInText: 100,
  /** Each heading by underline makes the parser shift everything that came before it. */
  underlinesInText: 400,
  /** Lines that may continue a paragraph of a list or quote without its mark ("lazily") cost the square too. */
  lazyLinesInText: 2_000,
};

const openFence = /^(?:(`{3,})[^`]*|(~{3,}).*)$/;
const indentedFence = /^[ \t]+(?:`{3}|~{3})/;
/** These always end a paragraph, so that its delimiters are counted anew. */
const paragraphEnd = /^(?:[ \t]*$| {0,3}(?:[-+*]|#{1,6})[ \t]+\S)/;
const containers = /^(?:[ \t]|>|[-+*](?=[ \t])|\d{1,9}[.)](?=[ \t]))*/;
const blank = /^[ \t]*$/;
const delimiter = /[*_~[\]]/g;
const cell = /\|/g;
const declaration = /<[!?]/g;
const underline = /^[ \t>]*(?:=+|-+)[ \t]*$/;

const count = (line: string, pattern: RegExp): number => line.match(pattern)?.length ?? 0;

function closes(line: string, fence: string): boolean {
  const marks = /^ {0,3}(`{3,}|~{3,})[ \t]*$/.exec(line)?.[1];
  return marks !== undefined && marks.length >= fence.length && marks[0] === fence[0];
}

/**
 * Whether a text can be parsed as Markdown without holding up the process: a cheap linear look at what makes the
 * parser slow. Code in a fence that starts at the line's first column is free. A fence that is indented may or may
 * not be one (it depends on lists around it); from there on nothing is taken as code, so no text can hide its cost.
 */
export function isCheapToParse(text: string): boolean {
  if (text.length > limits.lengthInCharacters) return false;
  let fence: string | undefined;
  let fencesAreCertain = true;
  let delimiters = 0;
  let structure = 0;
  let declarations = 0;
  let underlines = 0;
  let lazyLines = 0;
  let followsContainer = false;
  for (const line of text.split('\n')) {
    if (fence !== undefined) {
      if (closes(line, fence)) fence = undefined;
      continue;
    }
    if (indentedFence.test(line)) fencesAreCertain = false;
    const opening = fencesAreCertain ? openFence.exec(line) : null;
    if (opening) {
      fence = opening[1] ?? opening[2] ?? '';
      delimiters = 0;
      continue;
    }
    if (paragraphEnd.test(line)) delimiters = 0;
    const inLine = count(line, delimiter);
    const depth = count(containers.exec(line)?.[0] ?? '', /[^ \t\d]/g);
    delimiters += inLine;
    structure += inLine + count(line, cell) + 3 * depth + (line.includes('\t') ? 1 : 0);
    declarations += count(line, declaration);
    if (underline.test(line)) underlines += 1;
    if (depth > 0) followsContainer = true;
    else if (blank.test(line)) followsContainer = false;
    else if (followsContainer) lazyLines += 1;
    if (lazyLines > limits.lazyLinesInText) return false;
    if (depth > limits.containersInLine) return false;
    if (declarations > limits.declarationsInText || underlines > limits.underlinesInText) return false;
    if (delimiters > limits.delimitersInParagraph || structure > limits.structureInText) return false;
  }
  return true;
}
