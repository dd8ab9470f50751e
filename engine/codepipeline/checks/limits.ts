import { formatLocation } from '../../../model/errors';
import type { PipelineDefinition } from '../../../model/pipeline';
import type { ResourceOfStack } from '../../ports/ledger';
import { checkPipeline } from './pipeline-check';
import type { RuleRunners } from '../../ports/rule';

/** Something in a pipeline that a rehearsal does not follow, and where it stands. */
export interface Limit {
  readonly text: string;
  readonly where: string;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * The keys that are read, by the part of the definition (CloudFormation Template Reference, "AWS::CodePipeline::Pipeline"). Some mean nothing to a
 * rehearsal, which has no roles, artifact buckets or tags: they change nothing in what runs.
 */
const KEYS = {
  pipeline: [
    ...['Name', 'Stages', 'PipelineType', 'ExecutionMode', 'RestartExecutionOnUpdate', 'Variables', 'Triggers'],
    ...['DisableInboundStageTransitions', 'RoleArn', 'ArtifactStore', 'ArtifactStores', 'Tags'],
  ],
  stage: ['Name', 'Actions', 'BeforeEntry', 'OnSuccess', 'OnFailure'],
  action: [
    ...['Name', 'ActionTypeId', 'RunOrder', 'Configuration', 'InputArtifacts', 'OutputArtifacts', 'Region', 'RoleArn'],
    ...['Namespace', 'TimeoutInMinutes', 'Commands', 'OutputVariables', 'EnvironmentVariables'],
  ],
  conditions: ['Result', 'RetryConfiguration', 'Conditions'],
  condition: ['Result', 'Rules'],
  rule: [
    ...['Name', 'RuleTypeId', 'Configuration', 'Commands', 'InputArtifacts', 'Region', 'RoleArn', 'TimeoutInMinutes'],
  ],
} as const;

/** What a rehearsal does not follow in a pipeline's definition: told before it runs, so that nothing is passed over in silence. */
export function limitsOf(pipeline: PipelineDefinition, resource: ResourceOfStack, rules: RuleRunners): Limit[] {
  const limits: Limit[] = [];
  const add = (path: string, text: string): void => {
    const below = ['Resources', resource.logicalId, 'Properties', path].filter(Boolean).join('.');
    limits.push({ text, where: formatLocation({ file: `stack ${resource.stack.stackName}`, path: below }) });
  };
  for (const { path, message, limit } of checkPipeline(pipeline)) if (limit) add(path, message);
  unknownKeys(resource.properties, add);
  pipeline.stages.forEach((stage, stageAt) => {
    for (const [key, conditions] of [
      ['BeforeEntry', stage.beforeEntry],
      ['OnSuccess', stage.onSuccess],
      ['OnFailure', stage.onFailure],
    ] as const)
      conditions?.conditions.forEach((condition, at) =>
        condition.rules.forEach((rule, ruleAt) => {
          if (!rules.has(rule.provider))
            add(
              `Stages.${stageAt}.${key}.Conditions.${at}.Rules.${ruleAt}.RuleTypeId`,
              `${stage.name}: the rule ${rule.name} is not rehearsed: nothing here evaluates ${rule.provider} rules`,
            );
        }),
      );
  });
  return limits;
}

function unknownKeys(properties: Json, add: (path: string, text: string) => void): void {
  const check = (value: Json, part: keyof typeof KEYS, path: string): void => {
    for (const key of Object.keys(value))
      if (!(KEYS[part] as readonly string[]).includes(key))
        add([path, key].filter(Boolean).join('.'), `${key} of a ${part} is not followed`);
  };
  check(properties, 'pipeline', '');
  each(properties.Stages, 'Stages', (stage, stagePath) => {
    check(stage, 'stage', stagePath);
    each(stage.Actions, `${stagePath}.Actions`, (action, path) => check(action, 'action', path));
    for (const key of ['BeforeEntry', 'OnSuccess', 'OnFailure']) {
      const conditions = stage[key];
      if (!isMap(conditions)) continue;
      check(conditions, 'conditions', `${stagePath}.${key}`);
      each(conditions.Conditions, `${stagePath}.${key}.Conditions`, (condition, path) => {
        check(condition, 'condition', path);
        each(condition.Rules, `${path}.Rules`, (rule, rulePath) => check(rule, 'rule', rulePath));
      });
    }
  });
}

function each(list: unknown, path: string, visit: (item: Json, path: string) => void): void {
  if (Array.isArray(list)) list.forEach((item, at) => isMap(item) && visit(item, `${path}.${at}`));
}

function isMap(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
