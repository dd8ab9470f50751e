import * as fs from 'node:fs';
import * as path from 'node:path';
import { SaiondoError } from '../../model/errors';
import type { ActionContext, ActionResult, ActionRunner } from '../action';
import { computeChangeSet, type ChangeSet } from '../cloudformation/change-set';
import { deploy } from '../cloudformation/deployment';
import type { DiskLedger } from '../cloudformation/ledger';
import { resolveParameters } from '../cloudformation/parameters';
import type { Provisioners } from '../cloudformation/provisioner';
import type { Template } from '../cloudformation/template';
import { failureOf } from '../failure';

/** What CloudFormation actions work with besides their context. */
export interface CloudFormationActionHost {
  readonly ledger: DiskLedger;
  readonly provisioners: Provisioners;
  /** Change sets that wait to be executed, by account, region, stack and name; written beside the ledger, so a resumed run finds them. */
  readonly changeSets: ChangeSetStore;
}

/** Change sets on disk. */
export class ChangeSetStore {
  constructor(private readonly directory: string) {}

  put(name: string, changeSet: ChangeSet): void {
    fs.mkdirSync(this.directory, { recursive: true });
    fs.writeFileSync(
      this.file(changeSet.account, changeSet.region, changeSet.stackName, name),
      JSON.stringify(changeSet),
      { mode: 0o600 },
    );
  }

  get(account: string, region: string, stackName: string, name: string): ChangeSet | undefined {
    const file = this.file(account, region, stackName, name);
    return fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, 'utf8')) as ChangeSet) : undefined;
  }

  private file(...parts: string[]): string {
    return path.join(this.directory, `${parts.join('_').replace(/[^\w.-]/g, '-')}.json`);
  }
}

/** CloudFormation deploy actions (CodePipeline User Guide, "AWS CloudFormation deploy action reference"). */
export function cloudFormationAction(host: CloudFormationActionHost): ActionRunner {
  return async (context) => {
    try {
      return await run(context, host);
    } catch (error) {
      return { status: 'Failed', failure: failureOf(error, 'ConfigurationError') };
    }
  };
}

async function run(context: ActionContext, host: CloudFormationActionHost): Promise<ActionResult> {
  const { action, stage } = context;
  const { ActionMode: mode = '', StackName: stackName = '', ChangeSetName: changeSetName = '' } = action.configuration;
  const account =
    /^arn:aws[^:]*:iam::(\d{12}):/.exec(action.roleArn ?? action.configuration.RoleArn ?? '')?.[1] ??
    context.pipeline.account;
  const { region } = action;
  const at = { account, region, stackName };
  switch (mode) {
    case 'CHANGE_SET_REPLACE': {
      const changeSet = await prepare(context, host, at);
      host.changeSets.put(changeSetName, changeSet);
      context.emit({
        kind: 'changeset.created',
        executionId: context.executionId,
        stage,
        action: action.name,
        environment: stage,
        stackName,
        changeSetName,
        changes: [...changeSet.changes],
      });
      return { status: 'Succeeded', summary: summaryOf(changeSet), externalExecutionId: changeSetName };
    }
    case 'CHANGE_SET_EXECUTE': {
      const prepared = host.changeSets.get(account, region, stackName, changeSetName);
      if (!prepared)
        throw new SaiondoError(`ChangeSet [${changeSetName}] does not exist for stack ${stackName}`, {
          code: 'ChangeSetNotFound',
          next: 'an earlier action of the stage creates it: run that first',
        });
      return execute(context, host, prepared);
    }
    case 'CREATE_UPDATE':
    case 'REPLACE_ON_FAILURE':
      return execute(context, host, await prepare(context, host, at));
    case 'DELETE_ONLY':
      return remove(context, host, at);
    default:
      throw new SaiondoError(`${stage}/${action.name} has the ActionMode ${JSON.stringify(mode)}`, {
        code: 'ConfigurationError',
        next: 'expected CHANGE_SET_REPLACE, CHANGE_SET_EXECUTE, CREATE_UPDATE, REPLACE_ON_FAILURE or DELETE_ONLY',
      });
  }
}

async function prepare(
  context: ActionContext,
  host: CloudFormationActionHost,
  at: { account: string; region: string; stackName: string },
): Promise<ChangeSet> {
  const { configuration } = context.action;
  const [templatePath, template] = readArtifactJson<Template>(
    context,
    configuration.TemplatePath ?? '',
    'TemplatePath',
  );
  const settings = configuration.TemplateConfiguration
    ? readArtifactJson<{ Parameters?: Record<string, string>; Tags?: Record<string, string> }>(
        context,
        configuration.TemplateConfiguration,
        'TemplateConfiguration',
      )[1]
    : {};
  const overrides = JSON.parse(configuration.ParameterOverrides ?? '{}') as Record<string, unknown>;
  const given = {
    ...settings.Parameters,
    ...Object.fromEntries(Object.entries(overrides).map(([name, value]) => [name, override(value, context)])),
  };
  const parameters = await resolveParameters(template, given, at, (account, region, name) =>
    context.local.parameter(account, region, name),
  );
  return computeChangeSet({ ...at, template, file: templatePath, parameters, tags: settings.Tags ?? {} }, host.ledger);
}

async function execute(
  context: ActionContext,
  host: CloudFormationActionHost,
  changeSet: ChangeSet,
): Promise<ActionResult> {
  const started = Date.now();
  const result = await deploy(changeSet, {
    ledger: host.ledger,
    provisioners: host.provisioners,
    emit: context.emit,
    environment: context.stage,
    signal: context.signal,
  });
  if (!('stack' in result)) {
    if (context.signal.aborted) return { status: 'Abandoned', summary: `stopped; the stack is ${result.status}` };
    return {
      status: 'Failed',
      failure: {
        code: 'JobFailed',
        message: `stack ${changeSet.stackName}: ${result.logicalId}: ${result.reason}; the stack is ${result.status}`,
      },
    };
  }
  const outputs = Object.fromEntries(
    Object.entries(result.stack.outputs).map(([name, output]) => [name, output.value]),
  );
  const { OutputFileName } = context.action.configuration;
  const [output] = context.outputs;
  if (OutputFileName && output)
    fs.writeFileSync(path.join(output.path, path.basename(OutputFileName)), JSON.stringify(outputs, null, 2));
  return {
    status: 'Succeeded',
    outputVariables: outputs,
    summary: summaryOf(changeSet),
    externalExecutionId: result.stack.stackId,
    commandSeconds: (Date.now() - started) / 1000,
  };
}

async function remove(
  context: ActionContext,
  host: CloudFormationActionHost,
  at: { account: string; region: string; stackName: string },
): Promise<ActionResult> {
  const stack = host.ledger.get(at.account, at.region, at.stackName);
  if (!stack) return { status: 'Succeeded', summary: 'there is no such stack' };
  const policies = (stack.template.Resources ?? {}) as Record<string, { DeletionPolicy?: string }>;
  for (const resource of Object.values(stack.resources).reverse()) {
    if (policies[resource.logicalId]?.DeletionPolicy !== 'Retain')
      await host.provisioners.get(resource.type)?.remove?.(resource, at.account, at.region);
  }
  host.ledger.remove(at.account, at.region, at.stackName);
  context.emit({
    kind: 'stack.status',
    environment: context.stage,
    stackName: at.stackName,
    status: 'DELETE_COMPLETE',
  });
  return { status: 'Succeeded', summary: 'deleted' };
}

/** `Artifact::path` as parsed JSON; a path never leads out of its artifact. */
function readArtifactJson<T>(context: ActionContext, reference: string, key: string): [string, T] {
  const [artifact = '', file = ''] = reference.split('::');
  const input = context.inputs.find((one) => one.name === artifact);
  const at = path.resolve(input?.path ?? '/', file);
  if (!input || !at.startsWith(input.path + path.sep) || !fs.existsSync(at)) {
    throw new SaiondoError(
      `${context.stage}/${context.action.name}: ${key} is ${reference}, and there is no such file`,
      {
        code: 'ConfigurationError',
        next: `its input artifacts: ${context.inputs.map((one) => one.name).join(', ') || 'none'}`,
      },
    );
  }
  try {
    return [file, JSON.parse(fs.readFileSync(at, 'utf8')) as T];
  } catch (cause) {
    throw new SaiondoError(`${file} is no JSON: ${cause instanceof Error ? cause.message : String(cause)}`, {
      code: 'TEMPLATE_INVALID',
      where: { file },
      next: 'a rehearsal reads templates as CDK writes them, in JSON',
      cause,
    });
  }
}

/** `Fn::GetArtifactAtt` and `Fn::GetParam` of a parameter override. */
function override(value: unknown, context: ActionContext): unknown {
  const call = value as { 'Fn::GetParam'?: [string, string, string]; 'Fn::GetArtifactAtt'?: [string, string] } | null;
  if (call && typeof call === 'object' && call['Fn::GetParam']) {
    const [artifact, file, key] = call['Fn::GetParam'];
    const json = readArtifactJson<Record<string, unknown>>(context, `${artifact}::${file}`, 'Fn::GetParam')[1];
    if (!(key in json))
      throw new SaiondoError(`Fn::GetParam: ${artifact}::${file} has no key ${key}`, { code: 'ConfigurationError' });
    return json[key];
  }
  if (call && typeof call === 'object' && call['Fn::GetArtifactAtt']) {
    const [artifact, attribute] = call['Fn::GetArtifactAtt'];
    const bucket = `${context.pipeline.name}-artifacts`;
    const objectKey = `${context.executionId}/${artifact}`;
    return {
      BucketName: bucket,
      ObjectKey: objectKey,
      URL: `https://${bucket}.s3.${context.action.region}.amazonaws.com/${objectKey}`,
    }[attribute];
  }
  return value;
}

function summaryOf({ changes }: ChangeSet): string {
  if (changes.length === 0) return 'no changes';
  const count = (action: string): number => changes.filter((change) => change.action === action).length;
  const replaced = changes.filter((change) => change.replacement === 'True').length;
  const parts = [
    `${count('Add')} added`,
    `${count('Modify')} changed`,
    ...(replaced ? [`${replaced} of them replaced`] : []),
    `${count('Remove')} removed`,
  ];
  return parts.filter((part) => !part.startsWith('0 ')).join(', ');
}
