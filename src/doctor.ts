import { join } from 'node:path';
import { pino } from 'pino';
import type { AppConfig } from './core/config/app-config.ts';
import { prepareFolders } from './core/config/data-folder.ts';
import type { LoadedConfig } from './core/config/load.ts';
import type { Check } from './core/contracts/doctor.ts';
import { type Database, openDatabase } from './core/db/database.ts';
import { checkMarks } from './core/doctor/commands.ts';
import { examine } from './core/doctor/doctor.ts';
import { databaseCheck, folderChecks, versionCheck } from './core/doctor/machine-checks.ts';
import { createSpeeds } from './core/doctor/speeds.ts';
import { createModels } from './core/models/models.ts';
import { systemClock } from './core/system-clock.ts';
import { createMetrics } from './core/telemetry/metrics.ts';
import { serviceProbes } from './service-probes.ts';
import { version } from './version.ts';

export interface DoctorOptions {
  readonly loaded: LoadedConfig;
  readonly cwd: string;
  readonly json: boolean;
  readonly output: { write(text: string): unknown };
}

const exitCodes = { ok: 0, skipped: 0, warning: 1, failure: 2 } as const;

/** Says what is well and what is not. Resolves to 0, 1 for warnings, 2 for failures. Runs beside a live copy. */
export async function runDoctor(options: DoctorOptions): Promise<number> {
  const { output, json } = options;
  const checks: Check[] = [];
  for await (const check of allChecks(options)) {
    checks.push(check);
    if (!json) output.write(lineOf(check));
  }
  if (json) output.write(`${JSON.stringify({ version, checks }, null, 2)}\n`);
  return Math.max(0, ...checks.map((check) => exitCodes[check.state]));
}

function lineOf({ name, state, detail, remedy }: Check): string {
  return `${checkMarks[state]} ${name}: ${detail}\n${remedy ? `    → ${remedy}\n` : ''}`;
}

async function* allChecks({ loaded, cwd }: DoctorOptions): AsyncGenerator<Check> {
  if (!loaded.ok) {
    yield versionCheck(version);
    for (const { where, key, seen, expected, remedy } of loaded.problems)
      yield { name: `${where} ${key}`, state: 'failure', detail: `${seen}; expected ${expected}`, remedy };
    return;
  }
  const { config } = loaded;
  const folderProblems = prepareFolders(config.paths);
  if (folderProblems.length > 0) {
    yield versionCheck(version);
    yield* folderChecks(config.paths, cwd);
    return;
  }
  const opened = openDatabase({
    file: join(config.paths.home, 'steward.sqlite'),
    migrations: config.paths.migrations,
  });
  const models = createModels({
    config,
    clock: systemClock,
    log: pino({ level: 'silent' }),
    metrics: createMetrics(),
    budget: () => config.steward.budget,
    onHealthChange: () => undefined,
  });
  try {
    yield* examine(
      {
        config,
        clock: systemClock,
        version,
        cwd,
        engines: models.engines,
        probes: serviceProbes(config.environment),
        ...databaseFacts(config, opened),
        timezone: () => config.steward.household.timezone,
      },
      new AbortController().signal,
    );
  } finally {
    await models.close();
    if (opened.ok) opened.database.close();
  }
}

function databaseFacts(
  config: AppConfig,
  opened: { ok: true; database: Database } | { ok: false; problem: string; remedy: string },
) {
  if (opened.ok)
    return {
      database: databaseCheck(config.paths.home),
      speeds: createSpeeds(opened.database, systemClock),
    };
  const { problem, remedy } = opened;
  return {
    database: { name: 'database', state: 'failure', detail: problem, remedy } as const,
    speeds: undefined,
  };
}
