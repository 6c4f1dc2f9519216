// npm run bench: Steward and a bare grammY echo bot beside it, one table with a ratio per row.
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { version } from '../src/version.ts';
import { allRows, type Row } from './rows.ts';
import { projectRoot } from './subject.ts';

const { values } = parseArgs({ options: { 'cpu-prof': { type: 'boolean', default: false } } });
const folder = join(projectRoot, 'bench', 'results');
mkdirSync(folder, { recursive: true });
const profile = values['cpu-prof'] ? ['--cpu-prof', `--cpu-prof-dir=${folder}`] : [];

const rows = await allRows(profile);
const machine = {
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: cpus().length,
  memoryGb: Math.round(totalmem() / 1e9),
  system: `${platform()} ${release()}`,
  node: process.versions.node,
  steward: version,
  at: new Date().toISOString(),
};
const name = machine.at.slice(0, 16).replaceAll(':', '');
writeFileSync(join(folder, `${name}.json`), `${JSON.stringify({ machine, rows }, null, 2)}\n`);
writeFileSync(join(folder, `${name}.md`), table(rows));
process.stdout.write(`${table(rows)}\nbench/results/${name}.md\n`);

function table(all: readonly Row[]): string {
  const lines = all.map(({ what, unit, steward, floor, target, isMet }) => {
    const ratio = floor === undefined || floor <= 0 ? '–' : `${(steward / floor).toFixed(1)}×`;
    return `| ${what} | ${figure(steward)} ${unit} | ${floor === undefined ? '–' : `${figure(floor)} ${unit}`} | ${ratio} | ${target} | ${isMet ? 'met' : 'missed'} |`;
  });
  return [
    `Steward ${machine.steward}, Node ${machine.node}, ${machine.cores} × ${machine.cpu}, ${machine.memoryGb} GB, ${machine.system}, ${machine.at}`,
    '',
    '| what | Steward | echo bot | ratio | target | |',
    '| --- | --- | --- | --- | --- | --- |',
    ...lines,
    '',
  ].join('\n');
}

function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(1);
}
