import * as fs from 'node:fs';
import * as path from 'node:path';
import { SaiondoError } from '../../../../model/errors';
import type { ActionDefinition } from '../../../../model/pipeline';
import type { ActionContext, ActionResult } from '../../../ports/action';
import { NO_CHANGES, type ChangeSet } from '../../../cloudformation/change-set';
import { refuseConflicts } from '../../../cloudformation/taken-name';
import type { DeploymentCaller } from '../../../cloudformation/cloudformation';
import type { StackAddress } from '../../../cloudformation/stack-id';
import { nameForPeople, type Template } from '../../../cloudformation/template/template';
import { MAXIMUM_BYTES, placeIn, readTemplateText } from '../../../cloudformation/template/template-file';
import { failureOf } from '../../../ports/failure';
import {
  optional,
  required,
  requiredOneOf,
  type ActionProvider,
  type ActionServices,
  type AddProblem,
} from '../../actions/action-provider';
import { sayLargeArtifacts } from '../../actions/artifact-size';
import {
  ACTION_MODES,
  capabilitiesOf,
  modeOf,
  parameterOverridesOf,
  readArtifact,
  templateConfigurationOf,
  type ActionMode,
} from '../../actions/cloudformation-configuration';

/** States in which REPLACE_ON_FAILURE deletes a stack before it creates it anew. */
const FAILED = /^(ROLLBACK_COMPLETE|ROLLBACK_FAILED|CREATE_FAILED|DELETE_FAILED|UPDATE_ROLLBACK_FAILED)$/;

/** CloudFormation: makes, executes and deletes stacks. */
export const cloudFormation: ActionProvider = {
  kinds: ['Deploy/AWS/CloudFormation'],
  reference: 'CloudFormation deploy action reference',
  configuration: {
    ActionMode: requiredOneOf(...ACTION_MODES),
    StackName: required,
    Capabilities: optional,
    ChangeSetName: optional,
    RoleArn: optional,
    TemplatePath: optional,
    OutputFileName: optional,
    ParameterOverrides: optional,
    TemplateConfiguration: optional,
  },
  inputs: [0, 10],
  outputs: [0, 1],
  check,
  gives: (action) => changeSetOf(action, 'CHANGE_SET_REPLACE'),
  takes: (action) => changeSetOf(action, 'CHANGE_SET_EXECUTE'),
  run: async (context, services) => {
    try {
      return await run(context, services);
    } catch (error) {
      return { status: 'Failed', failure: failureOf(error, 'ConfigurationError') };
    }
  },
};

function check({ configuration }: ActionDefinition, add: AddProblem): void {
  const { ActionMode: mode = '' } = configuration;
  const needs = (key: string, modes: string[]): void => {
    if (modes.includes(mode) && !configuration[key]) add('.Configuration', `${key} is required for ${mode}`);
  };
  needs('ChangeSetName', ['CHANGE_SET_REPLACE', 'CHANGE_SET_EXECUTE']);
  needs('TemplatePath', ['CREATE_UPDATE', 'REPLACE_ON_FAILURE', 'CHANGE_SET_REPLACE']);
  needs('RoleArn', ['CREATE_UPDATE', 'REPLACE_ON_FAILURE', 'DELETE_ONLY', 'CHANGE_SET_REPLACE']);
}

/** The change set that an action of this mode names. */
function changeSetOf({ configuration, region, roleArn }: ActionDefinition, mode: ActionMode): string[] {
  if (configuration.ActionMode !== mode) return [];
  return [['change set', region, roleArn ?? '', configuration.StackName, configuration.ChangeSetName].join(' ')];
}

async function run(context: ActionContext, host: ActionServices): Promise<ActionResult> {
  const { action } = context;
  const mode = modeOf(context);
  const { StackName: stackName = '', ChangeSetName: changeSetName = '', RoleArn } = action.configuration;
  const account = /^arn:aws[^:]*:iam::(\d{12}):/.exec(action.roleArn ?? RoleArn ?? '')?.[1] ?? context.pipeline.account;
  const at = { account, region: action.region, stackName };
  switch (mode) {
    case 'CHANGE_SET_REPLACE': {
      const changeSet = await prepare(context, host, at);
      refuseConflicts(changeSet.conflicts, changeSet.file);
      host.cloudFormation.changeSets.put(changeSetName, changeSet);
      context.emit({
        kind: 'changeset.created',
        account: at.account,
        region: at.region,
        executionId: context.executionId,
        stage: context.stage,
        action: action.name,
        environment: context.stage,
        stackName,
        changeSetName,
        changes: [...changeSet.changes],
      });
      return {
        status: 'Succeeded',
        summary: changeSet.empty ? `no changes: ${NO_CHANGES}` : summaryOf(changeSet),
        externalExecutionId: changeSetName,
      };
    }
    case 'CHANGE_SET_EXECUTE': {
      const prepared = host.cloudFormation.changeSets.get(at, changeSetName);
      if (!prepared)
        throw new SaiondoError(`ChangeSet [${changeSetName}] does not exist for stack ${stackName}`, {
          code: 'ChangeSetNotFound',
          next: 'an earlier action of the stage creates it: run that first',
        });
      return execute(context, host, prepared);
    }
    case 'CREATE_UPDATE':
      return execute(context, host, await prepare(context, host, at));
    case 'REPLACE_ON_FAILURE': {
      if (FAILED.test(host.cloudFormation.stack(at)?.status ?? '')) {
        const deleted = await remove(context, host, at);
        if (deleted.status !== 'Succeeded') return deleted;
      }
      return execute(context, host, await prepare(context, host, at));
    }
    case 'DELETE_ONLY':
      return remove(context, host, at);
  }
}

async function prepare(context: ActionContext, host: ActionServices, at: StackAddress): Promise<ChangeSet> {
  await sayLargeArtifacts(context);
  const named = context.action.configuration.TemplatePath ?? '';
  const { file, text } = readArtifact(context, named, 'TemplatePath', 4 * MAXIMUM_BYTES);
  const settings = templateConfigurationOf(context);
  const capabilities = capabilitiesOf(context);
  try {
    const template: Template = await readTemplateText(text, file);
    const given = { ...settings.Parameters, ...parameterOverridesOf(context) };
    return await host.cloudFormation.prepare({
      ...at,
      template,
      file,
      given,
      capabilities,
      tags: settings.Tags ?? {},
      ...(context.action.configuration.RoleArn ? { roleArn: context.action.configuration.RoleArn } : {}),
      ...(settings.StackPolicy ? { stackPolicy: settings.StackPolicy } : {}),
    });
  } catch (error) {
    if (!(error instanceof SaiondoError) || error.where?.file !== file) throw error;
    const { message, code, next, where } = error;
    throw new SaiondoError(message, {
      code,
      where: await placeIn(text, where),
      cause: error,
      ...(next ? { next } : {}),
    });
  }
}

function callerOf({ action, emit, stage, signal }: ActionContext): DeploymentCaller {
  const { RoleArn } = action.configuration;
  return { emit, environment: stage, signal, ...(RoleArn ? { roleArn: RoleArn } : {}) };
}

async function execute(context: ActionContext, host: ActionServices, changeSet: ChangeSet): Promise<ActionResult> {
  const started = performance.now();
  const { stackName, template, file } = changeSet;
  const result = await host.cloudFormation.execute(changeSet, callerOf(context));
  if (!('stack' in result)) {
    if (context.signal.aborted)
      return { status: 'Abandoned', summary: `stopped at ${result.logicalId}; the stack is ${result.status}` };
    return {
      status: 'Failed',
      failure: {
        code: 'JobFailed',
        message: `stack ${stackName}: ${nameForPeople(template, result.logicalId)}: ${result.reason}; the stack is ${result.status}`,
        where: result.where ?? { file },
      },
    };
  }
  const { stack } = result;
  const outputs = Object.fromEntries(Object.entries(stack.outputs).map(([name, output]) => [name, output.value]));
  const { OutputFileName } = context.action.configuration;
  const [output] = context.outputs;
  if (OutputFileName && output)
    fs.writeFileSync(path.join(output.path, path.basename(OutputFileName)), JSON.stringify(outputs, null, 2));
  const open = Object.values(stack.resources).filter((resource) => resource.notRehearsed);
  if (open.length > 0)
    return {
      status: 'NotRehearsed',
      missing: [...new Set(open.map((resource) => resource.missing ?? resource.type))],
      summary: `${summaryOf(changeSet)}; ${open.map((resource) => `${nameForPeople(template, resource.logicalId)}: ${resource.notRehearsed ?? ''}`).join('; ')}`,
    };
  return {
    status: 'Succeeded',
    outputVariables: outputs,
    summary: summaryOf(changeSet),
    externalExecutionId: stack.stackId,
    commandSeconds: (performance.now() - started) / 1000,
  };
}

async function remove(context: ActionContext, host: ActionServices, at: StackAddress): Promise<ActionResult> {
  if (!host.cloudFormation.stack(at)) return { status: 'Succeeded', summary: 'there is no such stack' };
  const result = await host.cloudFormation.remove(at, callerOf(context));
  if (result.status === 'DELETE_COMPLETE') return { status: 'Succeeded', summary: 'deleted' };
  return {
    status: 'Failed',
    failure: { code: 'JobFailed', message: `stack ${at.stackName}: ${result.reason}; the stack is ${result.status}` },
  };
}

/** What a change set does, in a line. */
function summaryOf({ changes, empty }: ChangeSet): string {
  if (empty) return 'no changes';
  const count = (action: string): number => changes.filter((change) => change.action === action).length;
  const replaced = changes.filter((change) => change.replacement === 'True').length;
  const parts = [
    `${count('Add')} added`,
    `${count('Modify')} changed`,
    ...(replaced ? [`${replaced} of them replaced`] : []),
    `${count('Remove')} removed`,
  ].filter((part) => !part.startsWith('0 '));
  return parts.length > 0 ? parts.join(', ') : 'no resource changes';
}
