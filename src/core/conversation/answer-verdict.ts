/** What is wrong with a local answer, as far as it can be told without another model. */
export type Verdict = 'empty' | 'refusal' | 'repeating';

export const verdictWords: Readonly<Record<Verdict, string>> = {
  empty: 'gave no answer',
  refusal: 'declined',
  repeating: 'went round in circles',
};

/** How small models begin when they will not answer, in the languages they are asked in. */
const refusalBeginnings =
  /^(?:(?:i['’]m |i am )?(?:so |very )?sorry,? but (?:i|as an)|i (?:can['’]?t|cannot|am unable to|am not able to|won['’]t) (?:help|assist|provide|answer|do|fulfil)|as an ai\b|es tut mir leid,? aber ich kann|ich kann (?:dir|ihnen)? ?(?:dabei )?(?:leider )?nicht (?:helfen|weiterhelfen)|als ki\b|je suis désolée?,? mais je ne (?:peux|suis)|je ne peux pas (?:vous |t['’])?(?:aider|répondre)|lo siento,? pero no puedo|no puedo (?:ayudarte|ayudarle|responder)|mi dispiace,? ma non posso|non posso (?:aiutarti|aiutarla|rispondere)|(?:lamento|desculpe|sinto muito),? mas não posso|não posso (?:ajudar|responder)|przykro mi,? ale nie mogę|nie mogę (?:ci |panu |pani )?(?:pomóc|odpowiedzieć)|üzgünüm,? (?:ama|ancak|bu)|het spijt me,? maar ik kan|ik kan (?:je|u) (?:daar)?mee? niet|извините,? но я не могу|к сожалению,? я не могу|вибачте,? але я не можу|很抱歉|对不起，我(?:不能|无法)|抱歉，我(?:不能|无法)|申し訳(?:ありません|ございません)|죄송(?:합니다|하지만)|عذر[اً]|للأسف[،,]? لا (?:يمكنني|أستطيع)|मुझे (?:खेद|माफ़) )/iu;

/** A longer text that begins with an apology goes on to answer. */
const longestRefusal = 600;
const shortestLoop = 24;

/** What is wrong with an answer; undefined: nothing that could be seen. */
export function verdictOn(answer: string): Verdict | undefined {
  const text = answer.trim();
  if (!/[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(text)) return 'empty';
  if (text.length <= longestRefusal && refusalBeginnings.test(text)) return 'refusal';
  return isLooping(text) ? 'repeating' : undefined;
}

/** The end of the text is the same piece three times over, or the same line makes up most of a longer text. */
function isLooping(text: string): boolean {
  const end = text.slice(-4_000);
  for (let length = shortestLoop; length * 3 <= end.length; length++) {
    const piece = end.slice(-length);
    if (
      end.slice(-2 * length, -length) === piece &&
      end.slice(-3 * length, -2 * length) === piece &&
      /\p{L}/u.test(piece)
    )
      return true;
  }
  const lines = text
    .split(/\n+|(?<=[.!?。！？])\s+/u)
    .map((line) => line.trim())
    .filter((line) => line.length >= shortestLoop);
  return lines.length >= 6 && new Set(lines).size <= lines.length / 3;
}
