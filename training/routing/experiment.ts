import { join } from 'node:path';
import { loadCues } from '../../src/core/routing/classifier/cues.ts';
import { bucketBits, createFeatures } from '../../src/core/routing/classifier/features.ts';
import { labelledMessages, partOf } from '../../tests/support/labelled-messages.ts';
import { type Example, fit, generator, score, softmax } from './fit.ts';
import { readExamples } from '../../src/core/routing/classifier/examples.ts';

const here = import.meta.dirname;
const cues = loadCues(join(here, '../../src/core/routing/classifier/cues'));
const featuresOf = createFeatures(cues);
const agents = ['chat', 'code', 'research', 'fileops', 'skill'];
const diffs = ['simple', 'medium', 'complex'];
const heads = [5, 3, 2, 2];
const train = process.env.NOTRAIN ? [] : readExamples();
const tune = labelledMessages().filter((m) => partOf(m) === 'tune');
console.log('train', train.length, 'tune', tune.length, 'concepts', cues.concepts.length);
const ex = (m: any, weight = 1): any => {
  const f = featuresOf(m);
  return {
    ...f,
    weight,
    m,
    targets: [
      agents.indexOf(m.agent),
      diffs.indexOf(m.difficulty),
      m.sensitive ? 1 : 0,
      m.context && !m.attached ? 1 : 0,
    ],
  };
};
const random = generator(7);
const all = [...train];
const attached: any[] = [];
for (const [i, m] of train.entries()) {
  if (m.context || random() > 0.25) continue;
  const other = train[Math.max(0, i - 1 - Math.floor(random() * 80))]!;
  if (other.lang !== m.lang || other === m) continue;
  attached.push({ ...m, attached: true, context: [other.text, 'OK.'] });
}
const t0 = performance.now();
const A = all.map((m) => ex(m));
const B = attached.map((m) => ex(m, 0.5));
const T = tune.map((m) => ex(m));
console.log('features ms/msg', ((performance.now() - t0) / (A.length + B.length + T.length)).toFixed(2));
const langs = [...new Set(tune.map((m) => m.lang))];
const cfg = {
  epochs: Number(process.env.EPOCHS ?? 12),
  rate: Number(process.env.RATE ?? 0.15),
  decay: Number(process.env.DECAY ?? 1e-5),
};
function evaluate(name: string, parts: { train: Example[]; test: any[] }[]) {
  let n = 0,
    okA = 0,
    okD = 0,
    okS = 0;
  const byLang: any = {};
  const conf: any = {};
  const res: any[] = [];
  for (const { train, test } of parts) {
    const w = fit(train, { buckets: 1 << bucketBits, heads, seed: 1, ...cfg });
    const s = new Float64Array(12);
    for (const t of test) {
      score(w, 12, t, s);
      softmax(s, 0, 5);
      softmax(s, 5, 3);
      softmax(s, 8, 2);
      softmax(s, 10, 2);
      const a = [...s.slice(0, 5)];
      const d = [...s.slice(5, 8)];
      const pa = a.indexOf(Math.max(...a));
      const pd = d.indexOf(Math.max(...d));
      n++;
      okA += +(pa === t.targets[0]);
      okD += +(pd === t.targets[1]);
      okS += +((s[9]! > 0.5 ? 1 : 0) === t.targets[2]);
      const L = (byLang[t.m.lang] ??= { n: 0, a: 0, d: 0, s: 0 });
      L.n++;
      L.a += +(pa === t.targets[0]);
      L.d += +(pd === t.targets[1]);
      L.s += +((s[9]! > 0.5 ? 1 : 0) === t.targets[2]);
      const k = agents[t.targets[0]]!.slice(0, 2) + '>' + agents[pa]!.slice(0, 2);
      conf[k] = (conf[k] ?? 0) + 1;
      res.push({ m: t.m, pa, a, d, sens: s[9]!, fu: s[11] });
    }
  }
  const pct = (x: number, of = n) => ((100 * x) / of).toFixed(1);
  console.log(name, 'n', n, 'agent', pct(okA), 'diff', pct(okD), 'sens', pct(okS));
  console.log(
    Object.entries(byLang)
      .map(([l, x]: any) => `${l}:${pct(x.a, x.n)}/${pct(x.d, x.n)}/${pct(x.s, x.n)}`)
      .join(' '),
  );
  // routing operating points
  for (const f of [0, 0.3, 0.5, 0.7]) {
    const sc = (r: any) => r.d[2] + f * r.d[1];
    const simple = res
      .filter((r) => r.m.difficulty === 'simple')
      .map(sc)
      .sort((x, y) => x - y);
    const t = simple[Math.floor(simple.length * 0.955)]!;
    const cx = res.filter((r) => r.m.difficulty === 'complex' && !r.m.sensitive);
    const up = cx.filter((r) => sc(r) >= t);
    const leaks = res
      .filter((r) => r.m.sensitive && sc(r) >= t)
      .map((r) => r.sens)
      .sort((x, y) => x - y);
    const st = leaks[0] ?? 1;
    console.log(
      `f=${f} t=${t.toFixed(2)} complex>=t ${pct(up.length, cx.length)} lowest sens of those up ${leaks.slice(0, 6).map((x) => x.toFixed(3))}; complex cloud if sens<that0: ${pct(up.filter((r) => r.sens < st).length, cx.length)}  at 0.15 ${pct(up.filter((r) => r.sens < 0.15).length, cx.length)} leaks ${leaks.filter((x) => x < 0.15).length}/${leaks.length}`,
    );
  }
  return { res, conf };
}
if (train.length) {
  const r = evaluate('tune held out', [{ train: [...A, ...B], test: T }]);
  console.log(r.conf);
  if (process.env.SHOW)
    for (const x of r.res)
      if (agents[x.pa] !== x.m.agent)
        console.log(
          x.m.id,
          x.m.agent,
          '>',
          agents[x.pa],
          Math.max(...x.a).toFixed(2),
          x.m.text.slice(0, 140).replaceAll('\n', ' '),
        );
}
if (process.env.CV) {
  const k = 5;
  const parts = Array.from({ length: k }, (_, i) => ({
    train: [...A.filter((_, j) => j % k !== i), ...T.filter((_, j) => j % k !== i)],
    test: T.filter((_, j) => j % k === i).concat(
      process.env.CV === 'all' ? A.filter((_, j) => j % k === i) : [],
    ),
  }));
  evaluate('cv', parts);
}
