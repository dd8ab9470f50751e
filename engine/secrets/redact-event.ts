import type { RunEventBody } from '../../model/events';

/** Takes the secrets out of a text. */
export type Clean = (text: string) => string;

/** What the engine acts on later: the log on disk has it without secrets, so its true form is kept aside. */
export interface ActingFields {
  outputVariables?: Record<string, string>;
  namespaces?: Record<string, Record<string, string>>;
  variables?: Record<string, string>;
}

/** The fields of {@link ActingFields} that an event has. */
export function actingFields(event: RunEventBody): ActingFields {
  if (event.kind === 'action.ended') return pick(event, ['outputVariables']);
  if (event.kind === 'execution.started') return pick(event, ['namespaces', 'variables']);
  return {};
}

/**
 * An event without secrets. Only what a person or a program wrote is cleaned: names, ids, states and paths of the run's own folders stay, or a secret
 * with the value `Build` would make the log unreadable.
 */
export function redactEvent(event: RunEventBody, clean: Clean): RunEventBody {
  switch (event.kind) {
    case 'run.started':
    case 'run.resumed':
    case 'pipeline.defined':
    case 'stage.started':
    case 'build.phase.started':
    case 'build.command.ended':
    case 'changeset.created':
      return event;
    case 'tool.checked':
    case 'process.started':
    case 'process.stopped':
      return redact(event, ['detail'], clean);
    case 'pipeline.mutated':
    case 'execution.stopping':
    case 'transition.changed':
    case 'stack.status':
      return redact(event, ['reason'], clean);
    case 'execution.started':
      return redact(event, ['trigger', 'namespaces', 'variables'], clean);
    case 'execution.revisions':
      return {
        ...event,
        revisions: event.revisions.map((one) => (one.message ? { ...one, message: clean(one.message) } : one)),
      };
    case 'execution.ended':
    case 'stage.ended':
    case 'condition.evaluated':
      return redact(event, ['detail'], clean);
    case 'action.started':
      return { ...event, configuration: cleanConfiguration(event.configuration, clean) };
    case 'action.ended':
      return redact(event, ['failure', 'outputVariables', 'summary', 'missing'], clean);
    case 'build.started':
      return redact(event, ['buildspec'], clean);
    case 'build.phase.ended':
      return redact(event, ['context'], clean);
    case 'build.command.started':
      return redact(event, ['command', 'where'], clean);
    case 'build.report':
      return redact(event, ['report'], clean);
    case 'build.ended':
      return redact(event, ['exportedVariables'], clean);
    case 'approval.requested':
      return redact(event, ['message', 'link'], clean);
    case 'approval.decided':
      return redact(event, ['comment'], clean);
    case 'resource.status':
      return redact(event, ['reason', 'detail'], clean);
    case 'message':
      return redact(event, ['text', 'where'], clean);
    case 'endpoint.checked':
      return redact(event, ['url', 'body'], clean);
    case 'run.ended':
      return redact(event, ['summary'], clean);
  }
}

/**
 * Fields of an action's configuration that name what the pipeline has or makes: they stay, or a secret with the value of a project's name would make the log unreadable (CodePipeline
 * User Guide, "Action structure reference").
 */
const NAMES =
  /^(ProjectName|PrimarySource|StackName|StackSetName|ChangeSetName|ActionMode|Capabilities|RoleArn|TemplatePath|TemplateConfiguration|OutputFileName|Owner|Repo|RepositoryName|FullRepositoryId|Branch|BranchName|ConnectionArn|OutputArtifactFormat|BucketName|S3Bucket|S3ObjectKey|FunctionName|ClusterName|ServiceName|FileName|PipelineName|ImageTag|NotificationArn|ApplicationName|DeploymentGroupName|StateMachineArn|BatchEnabled|CombineArtifacts|Extract|PollForSourceChanges|DetectChanges)$/;

function cleanConfiguration(configuration: Record<string, string>, clean: Clean): Record<string, string> {
  return Object.fromEntries(
    Object.entries(configuration).map(([key, value]) => {
      if (NAMES.test(key)) return [key, value];
      return [key, key === 'EnvironmentVariables' ? cleanVariables(value, clean) : clean(value)];
    }),
  );
}

/** The values of an action's variables; what CodeBuild would not read as variables is a text like any other. */
function cleanVariables(given: string, clean: Clean): string {
  try {
    const variables = JSON.parse(given) as unknown;
    if (!Array.isArray(variables)) return clean(given);
    const cleaned = variables.map((one: unknown) =>
      one !== null && typeof one === 'object' && 'value' in one ? { ...one, value: deep(one.value, clean) } : one,
    );
    return JSON.stringify(cleaned) === JSON.stringify(variables) ? given : JSON.stringify(cleaned);
  } catch {
    return clean(given);
  }
}

/** Fields of a failure or a report that are of the engine, not of a person. */
const OWN = new Set(['code', 'phase', 'format', 'file', 'kind', 'type']);

function redact<Event extends RunEventBody>(event: Event, fields: readonly (keyof Event)[], clean: Clean): Event {
  const changed: Partial<Event> = {};
  for (const field of fields) if (event[field] !== undefined) changed[field] = deep(event[field], clean);
  return { ...event, ...changed };
}

function deep<Value>(value: Value, clean: Clean): Value {
  if (typeof value === 'string') return clean(value) as Value;
  if (Array.isArray(value)) return value.map((one) => deep(one as unknown, clean)) as Value;
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, OWN.has(key) ? one : deep(one as unknown, clean)]),
  ) as Value;
}

function pick<Event extends object>(event: Event, names: readonly (keyof ActingFields & keyof Event)[]): ActingFields {
  return Object.fromEntries(names.flatMap((name) => (event[name] === undefined ? [] : [[name, event[name]]])));
}
