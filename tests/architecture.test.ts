import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

/** Every import, re-export, dynamic import and createRequire of src, relative ones resolved to paths from the root. */
function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8');
  const found = [
    ...text.matchAll(/^(?:import|export)\s+(type\s)?[^'";]*?from\s+'([^']+)'/gm),
    ...text.matchAll(/^import\s+()'([^']+)'/gm),
    ...text.matchAll(/\b()(?:import|require)\(\s*'([^']+)'/g),
  ];
  return found.map(([, type, target = '']) => ({
    from: file,
    to: target.startsWith('.') ? relative(root, resolve(root, dirname(file), target)) : target,
    typeOnly: Boolean(type?.trim()),
  }));
}

const files = globSync('src/**/*.ts', { cwd: root }).map((file) => file.replaceAll('\\', '/'));
const imports = files.flatMap(importsOf);
const within = (path: string, folder: string) => path === folder || path.startsWith(`${folder}/`);

/** Who may import whom, by folder of src; what is not named may not. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  core: [],
  sandbox: ['core'],
  skills: ['core', 'sandbox'],
  agents: ['core', 'sandbox', 'skills'],
  improvement: ['core', 'sandbox', 'skills', 'agents'],
  bots: ['core'],
  jobs: ['core', 'improvement'],
  web: ['core'],
};

/** Where an SDK may be touched. A folder or a file. */
const fences: Readonly<Record<string, readonly string[]>> = {
  grammy: ['src/bots/telegram'],
  'discord.js': ['src/bots/discord'],
  '@anthropic-ai/sdk': ['src/core/models/anthropic.ts'],
  ollama: ['src/core/models/ollama.ts'],
  'node-llama-cpp': ['src/core/models/embedded'],
  chromadb: ['src/core/memory/chroma.ts'],
  'better-sqlite3': ['src/core/db'],
  'drizzle-orm': ['src/core/db'],
  bree: ['src/jobs/scheduler.ts'],
  hono: ['src/web'],
  echarts: ['src/core/charts'],
  '@resvg/resvg-js': ['src/core/charts/draw.ts'],
  '@expo-google-fonts/atkinson-hyperlegible': ['src/core/charts/draw.ts'],
  'node:child_process': ['src/core/process'],
};

const packageOf = (specifier: string): string =>
  specifier.startsWith('@') ? specifier.split('/').slice(0, 2).join('/') : (specifier.split('/')[0] ?? '');

describe('the shape of src', () => {
  test('the check sees the tree', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(imports.length).toBeGreaterThan(300);
    for (const file of files)
      if (!within(file, 'src/core/contracts')) expect(importsOf(file).length + 1).toBeGreaterThan(0);
    expect(
      imports.some(({ from, to }) => from === 'src/composition.ts' && to === 'src/core/chat/inbox.ts'),
    ).toBe(true);
  });

  test('parts import only what the table allows', () => {
    const broken = imports.filter(({ from, to }) => {
      if (!to.startsWith('src/')) return false;
      const [, fromPart = ''] = from.split('/');
      const [, toPart = ''] = to.split('/');
      const rules = allowed[fromPart];
      if (!rules) return false;
      return toPart !== fromPart && !rules.includes(toPart);
    });
    expect(broken).toEqual([]);
  });

  test('a platform never imports another', () => {
    const platform = (path: string) => /^src\/bots\/([^/]+)\//.exec(path)?.[1];
    const broken = imports.filter(
      ({ from, to }) => platform(from) && platform(to) && platform(from) !== platform(to),
    );
    expect(broken).toEqual([]);
  });

  test('contracts hold types alone', () => {
    const broken = imports.filter(
      ({ from, to, typeOnly }) =>
        within(from, 'src/core/contracts') &&
        (!typeOnly || (to.startsWith('src/') && !within(to, 'src/core/contracts'))),
    );
    expect(broken).toEqual([]);
    for (const file of files.filter((one) => within(one, 'src/core/contracts')))
      expect(readFileSync(join(root, file), 'utf8')).not.toMatch(/^export (const|function|class|let)/m);
  });

  test('only the entries import app.ts', () => {
    const entries = ['src/main.ts', 'src/cli.ts', 'src/live.ts', 'src/once.ts'];
    const broken = imports.filter(({ from, to }) => to === 'src/app.ts' && !entries.includes(from));
    expect(broken).toEqual([]);
    const importers = imports.filter(({ to }) => to === 'src/composition.ts').map(({ from }) => from);
    expect(new Set(importers)).toEqual(new Set(['src/app.ts']));
  });

  test('each SDK stays behind its fence', () => {
    const broken = imports.filter(({ from, to }) => {
      const fence = fences[packageOf(to)] ?? fences[to];
      return fence && !fence.some((place) => within(from, place));
    });
    expect(broken.filter(({ typeOnly }) => !typeOnly)).toEqual([]);
  });

  test('what draws is loaded in the process that draws, and nowhere else', () => {
    const drawing = [
      'src/core/charts/child.ts',
      'src/core/charts/stats-picture.ts',
      'src/core/charts/draw.ts',
    ];
    for (const file of drawing) expect(files).toContain(file);
    const broken = imports.filter(({ from, to }) => drawing.includes(to) && !drawing.includes(from));
    expect(broken).toEqual([]);
  });

  test('the environment is read in one place', () => {
    const broken = files.filter(
      (file) =>
        !within(file, 'src/core/config') &&
        file !== 'src/main.ts' &&
        // Hands a few harmless variables on to programs.
        file !== 'src/core/process/child.ts' &&
        readFileSync(join(root, file), 'utf8').includes('process.env'),
    );
    expect(broken).toEqual([]);
  });
});
