const mostValues = 50;
const longestValue = 64;

/**
 * Keeps the number of time series within bounds: of each label name the first 50 values are kept, later ones become
 * `other`. A model name or error code that somebody else chose could otherwise grow the metrics without end.
 */
export function createBoundedLabels(): <Labels extends Record<string, string>>(labels: Labels) => Labels {
  const seen = new Map<string, Set<string>>();
  const bound = (name: string, value: string): string => {
    const values = seen.get(name) ?? new Set();
    seen.set(name, values);
    if (value.length > longestValue || (values.size >= mostValues && !values.has(value))) return 'other';
    values.add(value);
    return value;
  };
  return (labels) => {
    const bounded = { ...labels };
    for (const [name, value] of Object.entries(labels))
      Object.assign(bounded, { [name]: bound(name, value) });
    return bounded;
  };
}
