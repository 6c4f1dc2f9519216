/** What a text looks like, whatever its language. Each pattern is linear and is given at most some thousand characters. */
const patterns: Readonly<Record<string, RegExp>> = {
  'code-fence': /```|~~~/,
  backtick: /`[^`\n]{1,200}`/,
  'code-line':
    /[;{}]\s*(?:\n|$)|=>|\b(?:def|function|const|let|var|import|return|class|public|void|elif|fn)\s+\w|\w\(\w*\)|==|!=|&&|\|\|/m,
  'shell-line':
    /(?:^|\n)\s*(?:\$|sudo|apt|npm|pip|git|docker|cd|ls|grep|curl|ssh|chmod|systemctl)\s|\s--?[a-z][\w-]+|\|\s*(?:grep|awk|sed|sort)\b/,
  sql: /\bselect\b[^]{1,300}\bfrom\b|\binsert\s+into\b|\bgroup\s+by\b|\bleft\s+join\b|\bcreate\s+table\b/i,
  'error-text':
    /\b(?:traceback|exception|\w*error\b:|segmentation fault|undefined is not|cannot read|errno|stack ?trace|fatal:|panic|exit code|status \d{3})/i,
  'html-tag': /<\/?[a-z][a-z0-9]*(?:\s[^<>]{0,200})?>/i,
  'json-like': /\{\s*"[^"\n]{1,60}"\s*:/,
  'spreadsheet-formula':
    /=[A-Z]{2,}\w*\(|\b[A-Z]{1,2}\d{1,4}:[A-Z]{1,2}\d{1,4}\b|\b[a-z]{1,2}\d{1,3}:[a-z]{1,2}\d{1,3}\b/,
  'code-file':
    /\w\.(?:py|js|ts|tsx|jsx|sh|sql|css|html?|ya?ml|json|toml|cpp?|cs|rs|go|java|kt|php|rb|lua|ino|bat|ps1|conf|ini|env|vue)\b/i,
  'document-file':
    /\w\.(?:pdf|docx?|xlsx?|pptx?|odt|ods|jpe?g|png|heic|gif|svg|webp|zip|rar|7z|mp[34]|wav|m4a|mov|csv|tsv|txt|md|epub|ics|eml|vcf|log|tiff?|raw)\b/i,
  'bare-format': /(?<![.\w])(?:pdf|docx?|xlsx?|jpe?g|png|heic|zip|mp[34]|csv)s?\b/i,
  path: /(?:^|[\s"'(])(?:~|\.{1,2})?\/[\w.-]+\/[\w./-]*|[A-Za-z]:\\|\b[\w-]{2,30}\/[\w-]{2,30}\b/,
  url: /https?:\/\/|\bwww\.|\b[a-z0-9-]{2,30}\.(?:com|org|net|de|fr|it|es|pl|io|uk|ch|at|nl|br|pt|tr|ru)\b/i,
  email: /[\w.+-]{1,64}@[\w-]{1,63}\.\w{2,}/,
  phone: /(?<![\d.])\+?\d{1,4}[\s/-]\(?\d{2,4}\)?[\s-]\d{2,4}[\s-]?\d{2,4}/,
  iban: /\b[A-Z]{2}\d{2}(?:\s?[A-Z0-9]{4}){3,7}/i,
  'card-number': /(?<!\d)(?:\d{4}[ -]?){3}\d{4}(?!\d)/,
  'clock-time': /(?<!\d)(?:[01]?\d|2[0-3])(?:[:.h][0-5]\d)(?!\d)|\b\d{1,2}\s?(?:am|pm|uhr|h)\b/i,
  date: /(?<!\d)\d{1,2}[./-]\d{1,2}(?:[./-]\d{2,4})?(?!\d)|\b20[1-3]\d\b/,
  'number-unit':
    /\d\s?(?:km|cm|mm|m²|m2|kg|g|mg|lbs?|oz|ml|cl|dl|l|ft|in|mi|miles|yards|inch(?:es)?|°[cf]?|kwh|mph|gb|mb|cups?|tbsp|tsp|grad|px|acres?|stone|pints?)\b|\d\s?(?:°|"|′)/i,
  duration:
    /\d\s?(?:min\b|mins?\b|minut\w*|sek\w*|sec\w*|s\b|h\b|hrs?\b|std\b|stund\w*|hour\w*|godz\w*|分|秒|時間|小时|분|мин\w*|час\w*|ч\b|दिन|मिनट|घंट\w*|دقيق\w*|ساع\w*|saat|dakika|dk\b|ore\b|horas?\b|heures?\b|uur\b)/iu,
  currency:
    /[€$£¥₹₽₺₩₴]|\b(?:eur|usd|gbp|chf|pln|czk|sek|nok|dkk|try|brl|inr|jpy|cny|krw|euros?|dollars?|zł|kč|tl|reais|rupees?|pesos?|francs?|franken|pounds?|kronor|kr)\b|[元円원]/iu,
  percent: /\d\s?(?:%|percent|prozent)/i,
  arithmetic: /\d\s*[-+*/×x÷^]\s*\d|\d\s*=/,
  maths:
    /[√∑∫≤≥≠∞π∈∀∃≡∂Σθλ]|\\(?:frac|sqrt|int|sum|begin|cdot)|\$[^$\n]{1,100}\$|\b[a-z]\^\d|\b\d*[xyzn]\s*[-+=<>]\s*\d/,
  'options-abcd': /(?:^|\n|\s)\(?A[).:]\s[^]{1,600}(?:\n|\s)\(?B[).:]\s/,
  numbered: /(?:^|\n)\s*(?:\d{1,2}[.)]|[-*•])\s/,
  quoted: /["“„«»「『'‘][^"”“»」』'’\n]{6,300}["”“»«」』'’]/,
  'blank-line': /\n\s*\n/,
  'table-row':
    /(?:^|\n)[^\n]*\t[^\n]*\t|\|[^\n|]*\|[^\n|]*\||(?:^|\n)[^\n,;]{1,40}[,;][^\n,;]{1,40}[,;][^\n]*\n[^\n,;]{1,40}[,;]/,
  emoji: /\p{Extended_Pictographic}/u,
  'mention-password': /\b(?:passwor[dt]|passwd|pwd?|pin|puk|tan|otp|cvv|cvc)\b/i,
  'long-secret': /(?<![\w/.-])(?=[\w-]*\d)(?=[\w-]*[A-Z])(?=[\w-]*[a-z])[\w-]{20,}(?![\w/.-])/,
};

export const shapeNames: readonly string[] = Object.keys(patterns);

/** Which shapes a text has, by the index in `shapeNames`. Looks at the text as it was written, not folded. */
export function shapesOf(text: string): readonly number[] {
  const found: number[] = [];
  let index = 0;
  for (const pattern of Object.values(patterns)) {
    if (pattern.test(text)) found.push(index);
    index++;
  }
  return found;
}
