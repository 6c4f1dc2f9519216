/** The two ends of a name that is too long: the end of a model's name tells more than its middle. */
export function shortLabel(label: string, most: number): string {
  if (label.length <= most) return label;
  const head = Math.ceil((most - 1) / 2);
  const tail = most - 1 - head;
  return `${label.slice(0, head).toWellFormed()}…${label.slice(-tail).toWellFormed()}`;
}
