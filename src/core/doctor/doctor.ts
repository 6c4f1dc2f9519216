import { totalmem } from 'node:os';
import type { AppConfig } from '../config/app-config.ts';
import type { ModelsConfig } from '../config/models-schema.ts';
import type { Check, ServiceProbe } from '../contracts/doctor.ts';
import type { Clock } from '../contracts/clock.ts';
import type { ModelEngine } from '../contracts/models.ts';
import { explainFault, isModelFault } from '../models/fault.ts';
import { diskCheck, folderChecks, memoryCheck, timezoneCheck, versionCheck } from './machine-checks.ts';
import { measureModel } from './measure.ts';
import { recommendSize } from './recommend.ts';
import type { Speeds } from './speeds.ts';

export interface DoctorOptions {
  readonly config: AppConfig;
  readonly clock: Clock;
  readonly version: string;
  readonly cwd: string;
  readonly engines: ReadonlyMap<string, ModelEngine>;
  readonly probes: readonly ServiceProbe[];
  /** Whether the database opens, and where figures are kept; undefined when it does not. */
  readonly database: Check;
  readonly speeds: Speeds | undefined;
  timezone(): string;
}

const serviceMs = 10_000;
const modelMs = 180_000;
const clockToleranceMs = 60_000;

/** Looks at all that Steward needs, one after the other, and measures the local models. Costs nothing. Never throws. */
export async function* examine(options: DoctorOptions, signal: AbortSignal): AsyncGenerator<Check> {
  const { config, clock, probes } = options;
  yield versionCheck(options.version);
  yield* folderChecks(config.paths, options.cwd);
  yield options.database;
  yield await diskCheck(config.paths.home);
  yield memoryCheck();
  yield timezoneCheck(options.timezone());
  const drifts: number[] = [];
  for (const probe of probes) {
    const { serverTime, ...found } = await probe.look(
      AbortSignal.any([signal, AbortSignal.timeout(serviceMs)]),
    );
    if (serverTime !== undefined) drifts.push(clock.now() - serverTime);
    yield { name: probe.name, ...found };
  }
  yield clockCheck(drifts);
  yield await claudeCheck(options, signal);
  yield* localChecks(options, signal);
}

function clockCheck(drifts: readonly number[]): Check {
  const [drift] = drifts;
  if (drift === undefined)
    return { name: 'clock', state: 'skipped', detail: 'no service was asked for the time' };
  const seconds = Math.round(Math.abs(drift) / 1000);
  if (Math.abs(drift) <= clockToleranceMs) return { name: 'clock', state: 'ok', detail: 'right' };
  return {
    name: 'clock',
    state: 'warning',
    detail: `${seconds} s ${drift > 0 ? 'ahead' : 'behind'}`,
    remedy: 'switch on time synchronisation (timedatectl set-ntp true)',
  };
}

/** Counting tokens is free, so nothing is spent to see that the key works. */
async function claudeCheck({ config, engines }: DoctorOptions, signal: AbortSignal): Promise<Check> {
  const name = 'Claude';
  const engine = engines.get('anthropic');
  const model = config.models.roles.fast;
  if (!engine?.countTokens) return { name, state: 'skipped', detail: 'no key' };
  try {
    const counted = await engine.countTokens(
      {
        model,
        system: '',
        messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
        maxOutputTokens: 1,
        contextTokens: 1_024,
      },
      AbortSignal.any([signal, AbortSignal.timeout(serviceMs)]),
    );
    return { name, state: 'ok', detail: `${model} counted ${counted} tokens; nothing was spent` };
  } catch (error) {
    return {
      name,
      state: 'failure',
      detail: isModelFault(error) ? error.code : 'not asked',
      remedy: isModelFault(error) ? explainFault(error) : 'try again',
    };
  }
}

async function* localChecks(options: DoctorOptions, signal: AbortSignal): AsyncGenerator<Check> {
  const { config, engines } = options;
  let best: { model: string; speed: Parameters<typeof recommendSize>[1]['speed'] } | undefined;
  for (const name of ['ollama', 'embedded']) {
    const engine = engines.get(name);
    if (!engine) continue;
    const health = await engine.health(AbortSignal.any([signal, AbortSignal.timeout(serviceMs)]));
    const wanted = name === 'ollama' ? config.models.roles.local : config.models.roles.embedded;
    const model = wanted.find((one) => health.installed?.includes(one));
    if (!model) {
      yield missingModel(name, health.state, health.detail, wanted);
      continue;
    }
    const check = await modelCheck(options, engine, model, signal);
    if (check.speed) best ??= { model, speed: check.speed };
    yield check.check;
  }
  const size = best && recommendSize(config.models, best, totalmem());
  if (!size || !best) return;
  const isSame = modelSize(size.model) === modelSize(best.model);
  yield {
    name: 'model size',
    state: 'ok',
    detail: `${size.model} suits this machine: first text after about ${(size.firstTextMs / 1000).toFixed(1)} s, ${size.decodeTokensPerSecond} tokens a second`,
    ...(!isSame && { remedy: howToGet(config.models, size.model) }),
    facts: { ...size },
  };
}

const modelSize = (model: string): string => /(\d+(?:\.\d+)?)b/.exec(model)?.[1] ?? model;

const howToGet = (models: ModelsConfig, model: string): string =>
  models.models[model]?.engine === 'ollama' ? `ollama pull ${model}` : `npm start -- fetch-model ${model}`;

function missingModel(engine: string, state: string, detail: string, wanted: readonly string[]): Check {
  if (engine === 'embedded')
    return { name: 'Embedded model', state: 'skipped', detail: 'none is there (npm start -- fetch-model)' };
  return state === 'ready'
    ? {
        name: 'Ollama',
        state: 'warning',
        detail: `runs, without ${wanted[0]}`,
        remedy: `ollama pull ${wanted[0]}`,
      }
    : { name: 'Ollama', state: 'skipped', detail };
}

async function modelCheck(
  { config, clock, speeds }: DoctorOptions,
  engine: ModelEngine,
  model: string,
  signal: AbortSignal,
) {
  const profile = config.models.models[model];
  const measured = await measureModel(
    engine,
    { name: model, contextTokens: profile?.contextTokens ?? 2_048, keepAlive: profile?.keepAlive },
    clock,
    AbortSignal.any([signal, AbortSignal.timeout(modelMs)]),
  );
  const name = engine.name === 'ollama' ? 'Ollama' : 'Embedded model';
  if (!measured.ok) {
    const remedy = explainFault(measured.fault);
    return {
      check: { name, state: 'failure', detail: `${model}: ${measured.fault.code}`, remedy } satisfies Check,
    };
  }
  const { speed, loadMs } = measured;
  speeds?.keep(model, engine.name, speed);
  return {
    speed,
    check: {
      name,
      state: 'ok',
      detail: `${model} reads ${speed.prefillTokensPerSecond} and writes ${speed.decodeTokensPerSecond} tokens a second; loaded in ${(loadMs / 1000).toFixed(1)} s`,
      facts: { model, loadMs, ...speed },
    } satisfies Check,
  };
}
