import type { ModelsConfig } from '../config/models-schema.ts';
import type { ModelChoice } from '../conversation/threads.ts';
import type { CloudState, LocalState } from '../models/availability.ts';

export interface RouteRequest {
  /** What the person chose for this chat with /model. */
  readonly choice: ModelChoice;
  readonly local: LocalState;
  readonly cloud: CloudState;
  /** What the message needs beyond text. */
  readonly needs: readonly ('images' | 'pdf')[];
}

export interface Candidate {
  readonly route: 'local' | 'cloud';
  readonly engine: string;
  readonly model: string;
  /** A whole sentence, shown by /why. */
  readonly reason: string;
}

/** In the order in which they are asked; the second is asked only when the first fails. */
export interface Route {
  readonly candidates: readonly Candidate[];
  /** Why nothing more stands behind the candidates, or why there are none: sentences with remedies. */
  readonly missing: readonly string[];
}

/**
 * The first router: local where there is a local model, Claude where it is asked for, where the local model cannot
 * take what was sent, or behind a local model that fails. Pure, so that every rule is a test.
 */
export function chooseRoute(request: RouteRequest, config: ModelsConfig): Route {
  const { choice, local, cloud, needs } = request;
  const missing: string[] = [];

  const localModel = local.state === 'ready' ? local.model : undefined;
  if (local.state === 'unreachable')
    missing.push(`No local model: ${local.detail}. Start Ollama with \`ollama serve\`.`);
  if (local.state === 'model-missing')
    missing.push(
      local.engine === 'ollama'
        ? `Ollama is there but has not got ${local.model}. Fetch it with \`ollama pull ${local.model}\`.`
        : `There is no local model yet. Fetch ${local.model} with \`npm start -- fetch-model\`, or install Ollama.`,
    );
  if (cloud.state !== 'ready') missing.push(cloudSentence(cloud));

  const cloudModel = config.roles.fast;
  const byCloud = (reason: string): Candidate => ({
    route: 'cloud',
    engine: config.models[cloudModel]?.engine ?? 'anthropic',
    model: cloudModel,
    reason,
  });
  const byLocal = (model: string, reason: string): Candidate => ({
    route: 'local',
    engine: config.models[model]?.engine ?? 'ollama',
    model,
    reason,
  });
  const cloudIsThere = cloud.state === 'ready';
  const localTakes = localModel ? needs.every((need) => canTake(config, localModel, need)) : false;

  if (choice === 'cloud') {
    const candidates = cloudIsThere ? [byCloud('You chose Claude for this chat (/model cloud).')] : [];
    if (localModel)
      candidates.push(
        byLocal(
          localModel,
          cloudIsThere
            ? 'Claude failed; the local model is free.'
            : 'You chose Claude, but it cannot be asked.',
        ),
      );
    return { candidates, missing };
  }

  if (choice === 'local')
    return {
      candidates: localModel
        ? [byLocal(localModel, 'You chose the local model for this chat (/model local).')]
        : [],
      missing: missing.filter((sentence) => !sentence.includes('Claude')),
    };

  const candidates: Candidate[] = [];
  if (localModel && !localTakes && cloudIsThere)
    candidates.push(byCloud(`The local model cannot read ${needs.join(' or ')}, Claude can.`));
  if (localModel)
    candidates.push(
      byLocal(
        localModel,
        candidates.length > 0
          ? 'Claude failed; the local model is free.'
          : 'A local model is there: free and private.',
      ),
    );
  if (cloudIsThere && candidates[0]?.route !== 'cloud')
    candidates.push(
      byCloud(
        localModel
          ? 'The local model failed and the budget allows Claude.'
          : 'There is no local model and the budget allows Claude.',
      ),
    );
  return { candidates, missing };
}

const canTake = (config: ModelsConfig, model: string, need: 'images' | 'pdf'): boolean =>
  config.models[model]?.capabilities.includes(need) ?? false;

function cloudSentence(cloud: Exclude<CloudState, { state: 'ready' }>): string {
  switch (cloud.state) {
    case 'no-key':
      return 'No Claude: put ANTHROPIC_API_KEY into .env (console.anthropic.com) and start again.';
    case 'key-refused':
      return 'Claude refuses the key: check ANTHROPIC_API_KEY in .env and start again.';
    case 'switched-off':
      return `Claude is switched off: ${cloud.detail}. Raise it with /settings.`;
  }
}
