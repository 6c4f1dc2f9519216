import { join } from 'node:path';
import { createConsoleAdapter } from './bots/console/adapter.ts';
import { createAccessCommands } from './core/access/commands.ts';
import { createDoor } from './core/access/door.ts';
import { ownerAddresses } from './core/access/owner-addresses.ts';
import { createPairing } from './core/access/pairing.ts';
import { createPersons } from './core/access/persons.ts';
import { createRateLimit } from './core/access/rate-limit.ts';
import { createStrangers } from './core/access/strangers.ts';
import { createApprovalCommands } from './core/approvals/commands.ts';
import { type Approvals, createApprovals } from './core/approvals/service.ts';
import { createAuditLog } from './core/audit.ts';
import { lastSeenOn } from './core/chat/chat-trail.ts';
import { createChatNews } from './core/chat/chat-news.ts';
import { orderPicture } from './core/charts/order-picture.ts';
import { createInbox } from './core/chat/inbox.ts';
import { createOutbox } from './core/chat/outbox.ts';
import { createControl } from './core/commands/control.ts';
import { createHelpCommands } from './core/commands/help.ts';
import { createCommandRegistry, summaryOf } from './core/commands/registry.ts';
import type { AppConfig } from './core/config/app-config.ts';
import { createSettingsCommands } from './core/config/commands.ts';
import { prepareFolders } from './core/config/data-folder.ts';
import { formatProblems } from './core/config/problems.ts';
import { createRedactor } from './core/config/redact.ts';
import { createSettings } from './core/config/settings.ts';
import type { ChatAdapter, ChatHandlers, InboundEvent } from './core/contracts/chat.ts';
import type { Clock } from './core/contracts/clock.ts';
import type { Command } from './core/contracts/commands.ts';
import { createConversationCommands } from './core/conversation/commands.ts';
import { createDispatcher } from './core/conversation/dispatcher.ts';
import { createModelOffers } from './core/conversation/model-offers.ts';
import { createAnswerButtons } from './core/conversation/answer-buttons.ts';
import { createPrivacyConsents } from './core/conversation/privacy-consents.ts';
import { createTurnPlanner } from './core/conversation/turn-routing.ts';
import { recoverTurns } from './core/conversation/recovery.ts';
import { createSummariser } from './core/conversation/summary.ts';
import { createThreads } from './core/conversation/threads.ts';
import { createTurnRunner } from './core/conversation/turn.ts';
import { createTurnRecords } from './core/conversation/turn-records.ts';
import { type Database, openDatabase } from './core/db/database.ts';
import { desc, eq } from './core/db/drizzle.ts';
import { runs } from './core/db/schema/control.ts';
import { createDoctorCommands } from './core/doctor/commands.ts';
import { examine } from './core/doctor/doctor.ts';
import { createSpeeds } from './core/doctor/speeds.ts';
import { databaseCheck } from './core/doctor/machine-checks.ts';
import { createEventLog, type EventLog } from './core/event-log.ts';
import { refusedPath } from './core/files/refused-paths.ts';
import { createIdSource } from './core/ids.ts';
import { createModels } from './core/models/models.ts';
import { createBudgetAlerts } from './core/money/budget-alerts.ts';
import { createMoneyCommands } from './core/money/commands.ts';
import { createLedger } from './core/money/ledger.ts';
import { createNotifications } from './core/notifications/notifications.ts';
import { isAlive } from './core/process/alive.ts';
import { acquireLock } from './core/process/lock.ts';
import { createScheduler } from './core/scheduler.ts';
import { createRoutingCommands } from './core/routing/commands.ts';
import { createExactCache } from './core/routing/exact-cache.ts';
import { createRecalibration } from './core/routing/recalibration.ts';
import { createHouseholdClassifier } from './core/routing/routing.ts';
import { whyText } from './core/routing/why.ts';
import { createTelemetryCommands } from './core/telemetry/commands.ts';
import { createLogger } from './core/telemetry/log.ts';
import type { Metrics } from './core/telemetry/metrics.ts';
import { type PlatformFacts, type ReadinessLine, readiness } from './core/telemetry/readiness.ts';
import type { Ticker } from './jobs/scheduler.ts';
import { serviceProbes } from './service-probes.ts';
import { version } from './version.ts';

export interface AppOverrides {
  readonly clock?: Clock;
  /** Chats besides those that the configuration names; for tests. */
  readonly adapters?: readonly ChatAdapter[];
  /** The terminal; absent: no console chat. */
  readonly console?: {
    readonly input: NodeJS.ReadableStream;
    readonly output: NodeJS.WritableStream;
    /** A terminal with a person in front of it, or a pipe. */
    readonly interactive: boolean;
  };
  /** `once`: beside a live copy, without the lock, on rows of its own run alone. */
  readonly mode?: 'live' | 'once';
  /** Ctrl-C at rest, or again. */
  onQuit?(): void;
  /** Shown before the terminal chat opens. */
  onReadiness?(lines: readonly ReadinessLine[]): void;
  /** Look every minute for what is due; tests call `runDue` instead. */
  readonly ticks?: boolean;
  /** How long a shutdown waits for running answers. */
  readonly drainMs?: number;
}

export type StartResult =
  | { readonly ok: true }
  | { readonly ok: false; readonly message: string; readonly exitCode: 1 | 2 };

/** The parts of a started program, as far as `App` needs them. */
export interface Running {
  readonly database: Database;
  readonly events: EventLog;
  readonly commands: readonly Command[];
  open(): Promise<void>;
  close(drainMs: number): Promise<void>;
  accept(events: readonly InboundEvent[]): void;
  settled(): Promise<void>;
  runDue(): void;
  /** Resolves when no model is being fetched. */
  fetching(): Promise<void>;
}

interface BuildInput {
  readonly config: AppConfig;
  readonly overrides: AppOverrides;
  readonly clock: Clock;
  readonly mode: 'live' | 'once';
  readonly ids: ReturnType<typeof createIdSource>;
  readonly runId: string;
  readonly metrics: Metrics;
}

export type BuildResult =
  | { readonly ok: true; readonly running: Running }
  | { readonly ok: false; readonly message: string; readonly exitCode: 1 | 2 };

/** Builds every part once and joins them; expected trouble with folders, lock and database is a value. */
export async function build(input: BuildInput): Promise<BuildResult> {
  const { config, overrides, clock, mode, ids, runId, metrics } = input;
  const { paths } = config;

  const folderProblems = prepareFolders(paths);
  if (folderProblems.length > 0) return { ok: false, exitCode: 2, message: formatProblems(folderProblems) };
  const lock = mode === 'live' ? acquireLock(paths.home) : undefined;
  if (lock && !lock.ok)
    return {
      ok: false,
      exitCode: 2,
      message: `Steward already runs on ${paths.home} (process ${lock.holder.pid}). Use that one, stop it, or set STEWARD_HOME to another folder.`,
    };
  const opened = openDatabase({ file: join(paths.home, 'steward.sqlite'), migrations: paths.migrations });
  if (!opened.ok) {
    if (lock?.ok) lock.release();
    return { ok: false, exitCode: 1, message: `${opened.problem}\n${opened.remedy}` };
  }
  const { database } = opened;
  const { orm } = database;

  const redact = createRedactor(config.environment);
  const log = createLogger({
    file: join(paths.home, 'logs', 'steward.log'),
    level: config.environment.logLevel,
    redact,
    base: { run: runId },
  });
  const ownerRun = mode === 'once' ? { ownerRun: runId } : {};
  const before = orm
    .select({ endedAt: runs.endedAt })
    .from(runs)
    .where(eq(runs.kind, 'live'))
    .orderBy(desc(runs.id))
    .limit(1)
    .get();
  orm.insert(runs).values({ id: runId, kind: mode, pid: process.pid, version, startedAt: clock.now() }).run();

  const life = new AbortController();
  const audit = createAuditLog(database, ids, clock);
  const events = createEventLog(database, clock);
  const settings = createSettings({ database, ids, clock, audit, base: config.steward });
  const persons = createPersons({
    database,
    ids,
    clock,
    audit,
    // After the transaction that is under way.
    onLinked: ({ platform }) => setImmediate(() => adapters.get(platform)?.refreshMenus?.()),
  });
  const threads = createThreads(database, ids, clock);

  const {
    engines,
    caller,
    availability,
    store,
    close: closeModels,
  } = createModels({
    config,
    clock,
    log,
    metrics,
    budget: () => settings.current().budget,
    usedUp: (personId) => ledger.usedUp(personId),
    onHealthChange: (part, state) => {
      // A question that was under way at the shutdown comes back to a closed database.
      if (life.signal.aborted) return;
      log.info({ part, state }, 'health changed');
      database.write(() => events.emit({ name: 'health-changed', part, state }));
    },
  });
  const ledger = createLedger({
    database,
    ids,
    clock,
    runId,
    limits: () => ({ ...settings.current().budget, timezone: settings.current().household.timezone }),
    onSpent: (balance) => budgetAlerts.look(balance),
  });

  const adapters = new Map<string, ChatAdapter>();
  if (overrides.console)
    adapters.set(
      'console',
      createConsoleAdapter({
        ...overrides.console,
        ...(mode === 'live' && { historyFile: join(paths.home, 'console-history') }),
        now: () => clock.now(),
        newId: () => ids.next(),
        onQuit: () => overrides.onQuit?.(),
        refusesPath: (path) => refusedPath(path, paths),
      }),
    );
  /** What keeps a platform from working, by platform. */
  const troubles = new Map<string, string>();
  const noteTrouble = (platform: string) => (trouble: { code: string; remedy: string } | undefined) => {
    if (life.signal.aborted) return;
    if (trouble) troubles.set(platform, trouble.remedy);
    else troubles.delete(platform);
    log.warn({ part: platform, trouble: trouble?.code ?? 'over' }, 'platform trouble');
    database.write(() =>
      events.emit({ name: 'health-changed', part: platform, state: trouble?.code ?? 'ready' }),
    );
  };
  // The SDKs cost memory and time that nobody without a token should pay.
  const { telegramBotToken, telegramApiRoot, discordBotToken, discordApiUrl } = config.environment;
  if (telegramBotToken && mode === 'live') {
    const { createTelegramAdapter } = await import('./bots/telegram/adapter.ts');
    adapters.set(
      'telegram',
      createTelegramAdapter({
        token: telegramBotToken,
        apiRoot: telegramApiRoot,
        clock,
        log,
        onTrouble: noteTrouble('telegram'),
      }),
    );
  }
  if (discordBotToken && mode === 'live') {
    const { createDiscordAdapter } = await import('./bots/discord/adapter.ts');
    adapters.set(
      'discord',
      createDiscordAdapter({
        token: discordBotToken,
        api: discordApiUrl ?? 'https://discord.com/api',
        clock,
        log,
        lastConnectedAt: () =>
          events.lastAt({ name: 'health-changed', part: 'discord', state: 'connecting' }),
        onConnecting: () =>
          database.write(() => events.emit({ name: 'health-changed', part: 'discord', state: 'connecting' })),
        onTrouble: noteTrouble('discord'),
      }),
    );
  }
  for (const one of overrides.adapters ?? []) adapters.set(one.platform, one);
  const adapter = (platform: string) => adapters.get(platform);

  const outbox = createOutbox({
    database,
    ids,
    clock,
    log,
    ...ownerRun,
    adapter,
    onFailed: (code) => metrics.error('delivery', code),
    onDelivered: (ms) => metrics.stage('deliver', ms),
  });
  const offers = createModelOffers({
    database,
    ids,
    clock,
    log,
    outbox,
    models: config.models,
    engines,
    availability,
    toy: () => store?.toy(),
    approvals: () => approvals,
    dispatcher: () => dispatcher,
  });
  const scheduler = createScheduler({
    database,
    log,
    handlers: () => [...approvals.dueHandlers, ...notifications.dueHandlers, ...recalibration.dueHandlers],
  });
  const timezone = () => settings.current().household.timezone;
  const addressesOfOwner = () => ownerAddresses({ database, persons, adapter });
  const notifications = createNotifications({
    database,
    ids,
    clock,
    log,
    audit,
    outbox,
    scheduler,
    persons,
    threads,
    availability,
    approvals: () => approvals,
    ownerAddresses: addressesOfOwner,
    timezone,
    digestHour: () => settings.current().notifications.digestHour,
    canReach: (platform) => adapters.has(platform),
  });
  const budgetAlerts = createBudgetAlerts({ database, clock, events, notifier: notifications, timezone });
  const approvals: Approvals = createApprovals({
    database,
    ids,
    clock,
    outbox,
    audit,
    events,
    scheduler,
    kinds: () => [...offers.kinds, ...consents.kinds, ...strangers.kinds, ...notifications.kinds],
  });
  const pairing = createPairing({ database, clock, persons });
  const strangers = createStrangers({
    database,
    ids,
    clock,
    persons,
    outbox,
    approvals: () => approvals,
    ownerAddresses: addressesOfOwner,
  });
  const { memberMessagesPerMinute, guestMessagesPerMinute } = config.steward.access;
  const rateLimit = createRateLimit(clock, {
    member: memberMessagesPerMinute,
    guest: guestMessagesPerMinute,
  });
  const summariser = createSummariser({
    database,
    ids,
    clock,
    log,
    config,
    threads,
    caller,
    availability,
    steward: settings.current,
  });
  const speeds = createSpeeds(database, clock);
  const classifier = createHouseholdClassifier({
    config,
    clock,
    log,
    caller,
    engines,
    availability,
    readableTokens: (model) => speeds.readableTokens(model),
    signal: life.signal,
  });
  const recalibration = createRecalibration({ database, ids, clock, log, scheduler });
  const cache = createExactCache(database, clock);
  const consents = createPrivacyConsents({
    database,
    clock,
    approvals: () => approvals,
    dispatcher: () => dispatcher,
  });
  const buttons = createAnswerButtons({
    database,
    ids,
    clock,
    whyText: (taskId) => whyText(database, config.models, taskId),
  });
  const records = createTurnRecords({ database, ids, clock, outbox, events, cache, buttons });
  const runTurn = createTurnRunner({
    database,
    ids,
    clock,
    log,
    metrics,
    config,
    threads,
    outbox,
    events,
    records,
    caller,
    engines,
    availability,
    ledger,
    steward: settings.current,
    readableTokens: speeds.readableTokens,
    consents,
    mayAsk: mode === 'live',
    plan: createTurnPlanner({
      database,
      models: config.models,
      classifier,
      recalibration,
      cache,
      consents,
      availability,
      steward: settings.current,
      // Guests are answered by the local model alone.
      mayUseCloud: (personId) => persons.get(personId)?.role !== 'guest',
    }),
    adapter,
    offerModel: (task, thread, text) =>
      mode === 'live' ? offers.offer(task, thread, text) : Promise.resolve(undefined),
    onAnswered: (threadId) => {
      if (mode === 'live') summariser.consider(threadId);
    },
  });
  const dispatcher = createDispatcher({
    database,
    clock,
    log,
    concurrentTurns: settings.current().conversation.concurrentTurns,
    platforms: [...adapters.keys()],
    ...ownerRun,
    run: (taskId, signal) => {
      summariser.yield();
      return runTurn(taskId, signal);
    },
  });

  const commands: Command[] = [];
  commands.push(
    ...createConversationCommands({ database, ids, clock, log, outbox, threads, dispatcher, adapter }),
    ...createRoutingCommands({ database, threads, availability, models: config.models, consents }),
    ...createMoneyCommands({
      database,
      clock,
      ledger,
      timezone,
      models: config.models,
    }),
    ...createSettingsCommands(settings),
    ...createAccessCommands({ persons, pairing, strangers }),
    ...createApprovalCommands({ persons, approvals }),
    ...notifications.commands,
    ...createTelemetryCommands({
      database,
      clock,
      log,
      config,
      availability,
      dispatcher,
      breakerState: (engine) => caller.breakerState(engine),
      trouble: (platform) => troubles.get(platform),
      timezone,
      showsPictures: (platform) => adapter(platform)?.capabilities.pictures === true,
      draw: (order) => orderPicture(order, clock),
      version,
      startedAt: clock.now(),
    }),
    ...createDoctorCommands((signal) =>
      examine(
        {
          config,
          clock,
          version,
          cwd: process.cwd(),
          engines,
          probes: serviceProbes(config.environment),
          database: databaseCheck(paths.home),
          speeds,
          timezone,
        },
        signal,
      ),
    ),
    ...createHelpCommands(() => registry.all),
  );
  const registry = createCommandRegistry(commands);
  const control = createControl({
    database,
    ids,
    log,
    metrics,
    persons,
    outbox,
    registry,
    approvals,
    buttons,
    adapter,
    ...ownerRun,
    onNewTask: () => dispatcher.wake(),
  });
  const inbox = createInbox({
    database,
    ids,
    clock,
    door: createDoor({ ids, persons, pairing, strangers, rateLimit, outbox }),
    persons,
    news: createChatNews({ database, ids, persons, outbox, notifications }),
    channels: notifications.channels,
    threads,
    ...ownerRun,
    onSaid: () => outbox.flush(),
    onMessages: () => dispatcher.wake(),
    onControl: (inboxId) => control.handle(inboxId),
    onWithdrawn: () => outbox.flush(),
  });

  const handlers: ChatHandlers = {
    commands: registry.all.map(summaryOf),
    owners: (platform) =>
      persons
        .identitiesOf(persons.owner().id)
        .filter((identity) => identity.platform === platform)
        .map((identity) => identity.nativeId),
    lastSeen: (platform) => lastSeenOn(database, platform),
    onEvents: (batch) => inbox.accept(batch),
    complete: (name, typed) => registry.complete(name, typed),
  };
  const startCodeMs = 86_400_000;
  /** A platform on which nobody is the owner yet is of use to no one: the code makes its sender the owner. */
  const platformFacts = (): PlatformFacts => ({
    trouble: (platform) => troubles.get(platform),
    ownerCode(platform) {
      const owner = persons.owner();
      const isKnown = persons.identitiesOf(owner.id).some((identity) => identity.platform === platform);
      return isKnown ? undefined : pairing.issue(owner.id, startCodeMs);
    },
  });

  const hurry = new AbortController();
  let closed: Promise<void> | undefined;

  let ticker: Ticker | undefined;
  const runDue = () => scheduler.runDue(clock.now());

  const settled = async (): Promise<void> => {
    await control.settled();
    await dispatcher.settled();
    await outbox.settled();
    await notifications.settled();
    await outbox.settled();
    await summariser.settled();
  };

  const close = async (drainMs: number): Promise<void> => {
    await Promise.all([...adapters.values()].map((one) => one.stop()));
    await ticker?.stop();
    await dispatcher.drain(drainMs, hurry.signal);
    life.abort();
    summariser.yield();
    await Promise.all([control.settled(), summariser.settled(), offers.settled(), notifications.settled()]);
    await Promise.race([outbox.settled(), clock.sleep(drainMs, hurry.signal).catch(() => undefined)]);
    hurry.abort();
    await Promise.all([outbox.stop(), closeModels()]);
    try {
      database.write(() => orm.update(runs).set({ endedAt: clock.now() }).where(eq(runs.id, runId)).run());
    } catch (error) {
      // A full disk must not keep the program from ending; the next start closes the run.
      log.error({ reason: String(error) }, 'end of the run not stored');
    }
    log.info({}, 'stopped');
    database.close();
    if (lock?.ok) lock.release();
  };

  return {
    ok: true,
    running: {
      database,
      events,
      commands: registry.all,
      accept: (batch) => inbox.accept(batch),
      settled,
      async open() {
        log.info({ version, mode, node: process.version }, 'started');
        if (mode === 'live') {
          recoverTurns({
            database,
            clock,
            threads,
            outbox,
            events,
            canReach: (platform) => adapters.has(platform),
            isAlive,
          });
          ledger.settleAbandoned();
          database.write(() => {
            const owner = persons.owner();
            for (const identity of config.environment.owners)
              if (persons.find(identity)?.id !== owner.id) persons.link(owner.id, identity);
          });
        }
        if (mode === 'once') return;
        const terminal = adapters.get('console');
        await Promise.all(
          [...adapters.values()].filter((one) => one !== terminal).map((one) => one.start(handlers)),
        );
        const lines = overrides.onReadiness ? await readiness(config, availability, platformFacts()) : [];
        overrides.onReadiness?.(lines);
        await terminal?.start(handlers);
        for (const one of adapters.values())
          if (one.capabilities.buttons && !one.capabilities.buttonsOutliveRestart)
            approvals.showAgain(one.platform);
        outbox.recover();
        control.recover();
        offers.start(life.signal);
        if (config.steward.embedded.fetch === 'always') await offers.fetchUnasked();
        else if (terminal && overrides.console?.interactive) await offers.offerAtStart(terminal);
        dispatcher.wake();
        notifications.start();
        recalibration.start();
        cache.sweep();
        notifications.notify({ kind: 'start', markdown: startText(before?.endedAt === null) });
        outbox.flush();
        if (!overrides.ticks) return;
        const { createTicker } = await import('./jobs/scheduler.ts');
        ticker = createTicker({ log, onTick: runDue });
        await ticker.start();
      },
      runDue,
      fetching: offers.settled,
      close(drainMs) {
        if (closed) hurry.abort();
        closed ??= close(drainMs);
        return closed;
      },
    },
  };
}

const startText = (wasCutOff: boolean): string =>
  `Steward ${version} has started.${wasCutOff ? ' The run before was cut off; what it left is being finished.' : ''}`;
