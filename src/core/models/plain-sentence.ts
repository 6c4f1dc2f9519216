const longest = 300;

/**
 * Foreign text made fit for a log line: one line, bounded, no markup, nothing that looks like a credential. A page of
 * HTML (a proxy's error) becomes empty, because no part of it is worth keeping.
 */
export function plainSentence(text: string): string {
  const head = text.slice(0, 4 * longest);
  if (/<\/?[a-z!]/i.test(head)) return '';
  return head
    .replace(/\b(sk|key|token)-[\w-]{6,}/gi, '$1-…')
    .replace(/\b(bearer|basic)\s+\S+/gi, '$1 …')
    .replace(/\/\/[^/\s@]+@/g, '//…@')
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, longest);
}
