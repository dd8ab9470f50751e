import { SaiondoError } from '../../../model/errors';
import type { AwsRequest, AwsResponse } from '../../ports/aws-request';
import type { DeployedStack } from '../../ports/ledger';
import type { Emit } from '../../../model/events';
import type { ChangeSet } from '../../cloudformation/change-set';
import type { CloudFormation, DeploymentCaller } from '../../cloudformation/cloudformation';
import { refuseDeletion } from '../../cloudformation/deletion';
import { refuseUnexecutable } from '../../cloudformation/deployment';
import { checkedChangeSet } from './change-set-checks';
import { templateAnswer } from './query-answers';
import { changeSetNameIn, listIn, onFailureIn, parametersIn, policyIn, tagsIn } from './query-form';
import { addressIn, changeSetId, changeSetNamed, readAnswer, reviewed, stackAt, type KnownStacks } from './query-reads';
import { queryResponse } from './query-response';
import { stackIdOf, type StackAddress } from '../../cloudformation/stack-id';
import type { Template } from '../../cloudformation/template/template';
import { readTemplateText } from '../../cloudformation/template/template-file';

/** What CloudFormation's API works with. */
export interface CloudFormationApiDependencies {
  readonly cloudFormation: CloudFormation;
  readonly emit: Emit;
  /** A template by its S3 address. */
  readonly readTemplate: (account: string, region: string, url: string) => Promise<string>;
  /** What runs have recorded of stacks. */
  readonly events: KnownStacks['events'];
  readonly standing?: KnownStacks['standing'];
}

/**
 * CloudFormation's API over the ledger, in its Query protocol: what `cdk deploy`, `cdk destroy` and the AWS CLI's stack commands call, so that
 * self-mutation deploys the pipeline with the real CLI (CloudFormation API Reference).
 */
export class CloudFormationApi {
  private readonly deploying = new Map<string, string>();

  constructor(private readonly dependencies: CloudFormationApiDependencies) {}

  private get cloudFormation(): CloudFormation {
    return this.dependencies.cloudFormation;
  }

  /** Answers a request; what it does not know it refuses by name. */
  async handle(request: AwsRequest): Promise<AwsResponse> {
    const form = new URLSearchParams(request.body.toString('utf8'));
    const action = request.operation;
    return queryResponse(action, () => this.answer(action, form, request));
  }

  private async answer(action: string, form: URLSearchParams, request: AwsRequest): Promise<unknown> {
    const { known, cloudFormation } = this;
    const changeSetName = changeSetNameIn(form);
    const at = addressIn(form, request, cloudFormation);
    const { account, region, stackName } = at;
    const { ledger } = cloudFormation;
    switch (action) {
      case 'GetTemplateSummary':
      case 'ValidateTemplate':
        if (!form.has('TemplateBody') && !form.has('TemplateURL')) break;
        return templateAnswer(await this.templateOf(form, at));
      case 'CreateChangeSet':
        return this.createChangeSet(form, request, at, changeSetName);
      case 'DeleteChangeSet':
        cloudFormation.changeSets.remove(at, changeSetName);
        return {};
      case 'ExecuteChangeSet': {
        const changeSet = changeSetNamed(at, changeSetName, known);
        if (changeSet.empty || changeSet.conflicts)
          throw new SaiondoError(`ChangeSet [${changeSetName}] cannot be executed in its current status of [FAILED]`, {
            code: 'InvalidChangeSetStatus',
          });
        if (changeSet.onFailure && form.has('DisableRollback'))
          throw new SaiondoError(
            'You can specify either DisableRollback, or OnStackFailure when the change set is created, but not both.',
            { code: 'ValidationError' },
          );
        const onFailure = changeSet.onFailure ?? onFailureIn(form, 'OnStackFailure');
        const asked = { ...changeSet, ...(onFailure ? { onFailure } : {}) };
        refuseUnexecutable(asked, ledger.get(account, region, stackName));
        this.deploy(at, asked);
        return {};
      }
      case 'CreateStack':
      case 'UpdateStack':
        return this.deployAtOnce(action, form, at, roleIn(form, request));
      case 'DeleteStack': {
        // A stack that is only reviewed has nothing but its change sets.
        if (!ledger.get(account, region, stackName)) cloudFormation.changeSets.removeAll(at);
        const retain = listIn(form, 'RetainResources.member');
        refuseDeletion(ledger.get(account, region, stackName), ledger, retain);
        const roleArn = roleIn(form, request);
        const caller = { ...this.callerOf(at), ...(roleArn ? { roleArn } : {}) };
        this.begin(at, () => cloudFormation.remove(at, caller, retain));
        return {};
      }
      case 'RollbackStack': {
        const stack = this.stack(at);
        if (!stack.paused) return this.refuseRollback(action, at);
        const { stackId } = stack;
        this.begin(at, () => cloudFormation.rollBack(stack, this.callerOf(at)));
        return { StackId: stackId };
      }
      case 'CancelUpdateStack':
        return this.refuseRollback(action, at);
      case 'ContinueUpdateRollback':
        return this.continueRollback(at);
      case 'SetStackPolicy':
        ledger.put({ ...this.stack(at), stackPolicy: policyIn(form) as Record<string, unknown> });
        return {};
      case 'UpdateTerminationProtection':
        ledger.put({ ...this.stack(at), terminationProtection: form.get('EnableTerminationProtection') === 'true' });
        return { StackId: stackIdOf(at) };
    }
    const read = readAnswer(action, form, at, known);
    if (read === undefined)
      throw new SaiondoError(
        `not answered here: cloudformation:${action}. docs/serving.md lists what a rehearsal answers`,
        { code: 'InvalidAction' },
      );
    return read;
  }

  private async createChangeSet(
    form: URLSearchParams,
    request: AwsRequest,
    at: StackAddress,
    changeSetName: string,
  ): Promise<unknown> {
    const onFailure = checkedChangeSet(form, at, changeSetName, this.cloudFormation);
    const changeSet = {
      ...(await this.changeSetOf(form, at, roleIn(form, request))),
      ...(onFailure ? { onFailure } : {}),
    };
    if (form.get('ImportExistingResources') === 'true' && changeSet.changes.some((one) => one.action === 'Add'))
      this.sayOfImports(at);
    this.cloudFormation.changeSets.put(changeSetName, changeSet);
    return { Id: changeSetId(request, changeSetName), StackId: stackIdOf(at) };
  }

  private async changeSetOf(form: URLSearchParams, at: StackAddress, roleArn?: string): Promise<ChangeSet> {
    const deployed = this.cloudFormation.stack(at);
    const template =
      form.get('UsePreviousTemplate') === 'true'
        ? (this.stack(at).template as unknown as Template)
        : await this.templateOf(form, at);
    const given = parametersIn(form, template, deployed);
    const stackPolicy = form.has('StackPolicyBody') ? policyIn(form) : undefined;
    return this.cloudFormation.prepare({
      ...at,
      template,
      file: `${at.stackName}.template.json`,
      given,
      tags: tagsIn(form),
      capabilities: listIn(form, 'Capabilities.member'),
      ...(stackPolicy ? { stackPolicy } : {}),
      ...(roleArn ? { roleArn } : {}),
    });
  }

  private async templateOf(form: URLSearchParams, at: StackAddress): Promise<Template> {
    const url = form.get('TemplateURL');
    const body =
      form.get('TemplateBody') ?? (url ? await this.dependencies.readTemplate(at.account, at.region, url) : undefined);
    if (!body)
      throw new SaiondoError('Either Template URL or Template Body must be specified.', { code: 'ValidationError' });
    return readTemplateText(body, `${at.stackName || 'template'}.template.json`);
  }

  private async deployAtOnce(
    action: 'CreateStack' | 'UpdateStack',
    form: URLSearchParams,
    at: StackAddress,
    roleArn: string | undefined,
  ): Promise<unknown> {
    const deployed = this.cloudFormation.stack(at);
    if (action === 'CreateStack' && deployed)
      throw new SaiondoError(`Stack [${at.stackName}] already exists`, { code: 'AlreadyExistsException' });
    if (action === 'UpdateStack' && !deployed)
      throw new SaiondoError(`Stack [${at.stackName}] does not exist`, { code: 'ValidationError' });
    const changeSet = await this.changeSetOf(form, at, roleArn);
    if (changeSet.empty) throw new SaiondoError('No updates are to be performed.', { code: 'ValidationError' });
    const onFailure = onFailureIn(form, 'OnFailure');
    const asked = { ...changeSet, ...(onFailure ? { onFailure } : {}) };
    refuseUnexecutable(asked, deployed);
    this.deploy(at, asked);
    return { StackId: stackIdOf(at) };
  }

  /** Deploys in the background; a stack whose creation failed goes where that was asked for. */
  private deploy(at: StackAddress, changeSet: ChangeSet): void {
    this.begin(at, async () => {
      const { status } = await this.cloudFormation.execute(changeSet, this.callerOf(at));
      if (changeSet.onFailure === 'DELETE' && status === 'ROLLBACK_COMPLETE')
        await this.cloudFormation.remove(at, this.callerOf(at));
    });
  }

  /** What a stack would import stands in no stack: nothing here knows which resources an account has besides. */
  private sayOfImports({ stackName }: StackAddress): void {
    this.dependencies.emit({
      kind: 'message',
      level: 'warning',
      text: `${stackName} is to import resources that exist (ImportExistingResources): here each is made, and one that another stack has is refused, as on AWS`,
    });
  }

  /** No stack is here in a state that these operations take: a failed update has been rolled back already, and none waits (API Reference). */
  private refuseRollback(action: 'CancelUpdateStack' | 'RollbackStack', at: StackAddress): never {
    const { stackId, status } = this.stack(at);
    throw new SaiondoError(
      action === 'RollbackStack'
        ? `Stack:${stackId} is in ${status} state and can not be rolled back.`
        : `CancelUpdateStack cannot be called from current stack status`,
      { code: 'ValidationError' },
    );
  }

  /** Here a rollback that failed has nothing left to put back by itself: the stack is usable again, as it is recorded. */
  private continueRollback(at: StackAddress): unknown {
    const stack = this.stack(at);
    if (stack.status !== 'UPDATE_ROLLBACK_FAILED')
      throw new SaiondoError(`Stack:${stack.stackId} is in ${stack.status} state and can not be rolled back.`, {
        code: 'ValidationError',
      });
    this.cloudFormation.ledger.put({ ...stack, status: 'UPDATE_ROLLBACK_COMPLETE' });
    return {};
  }

  /** Works in the background, as CloudFormation does: callers poll the stack's state and events. */
  private begin(at: StackAddress, work: () => Promise<unknown>): void {
    const key = keyOf(at);
    const exists = this.cloudFormation.stack(at) !== undefined;
    this.deploying.set(key, exists ? 'UPDATE_IN_PROGRESS' : 'CREATE_IN_PROGRESS');
    work()
      .then(() => this.deploying.delete(key))
      .catch((error: unknown) => {
        this.deploying.delete(key);
        this.dependencies.emit({
          kind: 'stack.status',
          account: at.account,
          region: at.region,
          environment: at.stackName,
          stackName: at.stackName,
          status: exists ? 'UPDATE_FAILED' : 'CREATE_FAILED',
          reason: error instanceof Error ? error.message : String(error),
        });
      });
  }

  private callerOf(at: StackAddress): DeploymentCaller {
    return {
      environment: at.stackName,
      emit: (event) => {
        if (event.kind === 'stack.status') this.deploying.set(keyOf(at), event.status);
        this.dependencies.emit(event);
      },
    };
  }

  private stack(at: StackAddress): DeployedStack {
    return stackAt(at, this.cloudFormation);
  }

  /** What this API knows beyond the ledger: what it is doing. */
  private get known(): KnownStacks {
    const { ledger, changeSets } = this.cloudFormation;
    return {
      ledger,
      changeSets,
      statusOf: (at) => this.deploying.get(keyOf(at)) ?? reviewed(at, { ledger, changeSets }),
      events: this.dependencies.events,
      standing: this.dependencies.standing,
    };
  }
}

/** The role that CloudFormation works with: the one that is named, else the session's that asked (CloudFormation User Guide, "AWS CloudFormation service role"). */
function roleIn(form: URLSearchParams, { principal }: AwsRequest): string | undefined {
  return form.get('RoleARN') ?? principal.roleArn;
}

function keyOf({ account, region, stackName }: StackAddress): string {
  return `${account}/${region}/${stackName}`;
}
