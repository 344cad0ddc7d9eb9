/** So many answers are remembered. When there are more, all are forgotten: those that are needed are soon there again. */
const capacity = 1_000;
/** Longer texts are not remembered: they may come from anybody. */
const maxLength = 100;

/** A function that remembers its answers. They must hang on the text alone. */
export function remembered<T extends {} | null>(answerTo: (text: string) => T): (text: string) => T {
  const answers = new Map<string, T>();
  return (text) => {
    let answer = answers.get(text);
    if (answer === undefined) {
      answer = answerTo(text);
      if (answers.size >= capacity) answers.clear();
      if (text.length <= maxLength) answers.set(text, answer);
    }
    return answer;
  };
}
