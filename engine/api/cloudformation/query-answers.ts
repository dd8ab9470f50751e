import type { ChangeSet } from '../../cloudformation/change-set';
import type { StackEvent } from '../../../model/run-state';
import type { DeployedStack } from '../../ports/ledger';
import { isHidden, NO_ECHO } from '../../cloudformation/template/parameters';
import { stackIdOf, type StackAddress } from '../../cloudformation/stack-id';
import type { Template } from '../../cloudformation/template/template';

/** A list of the Query protocol. */
export function members(items: readonly unknown[]): { member: readonly unknown[] } {
  return { member: items };
}

/** A stack as DescribeStacks shows it; values of NoEcho parameters are hidden. */
export function stackAnswer(stack: DeployedStack, status: string): Record<string, unknown> {
  const { Parameters: declared = {}, Description } = stack.template as unknown as Partial<Template>;
  return {
    StackName: stack.stackName,
    StackId: stack.stackId,
    StackStatus: status,
    // DescribeStacks has it under the first name, ListStacks under the second; a client reads the one that it knows.
    ...(Description ? { Description, TemplateDescription: Description } : {}),
    DriftInformation: { StackDriftStatus: 'NOT_CHECKED' },
    ...(stack.lastChangeSet?.reason ? { StackStatusReason: stack.lastChangeSet.reason } : {}),
    CreationTime: stack.createdAt ?? stack.updatedAt,
    LastUpdatedTime: stack.updatedAt,
    EnableTerminationProtection: stack.terminationProtection === true,
    ...(stack.parentId ? { ParentId: stack.parentId, RootId: stack.parentId } : {}),
    Outputs: members(
      Object.entries(stack.outputs).map(([name, output]) => ({
        OutputKey: name,
        OutputValue: output.value,
        ...(output.description ? { Description: output.description } : {}),
        ...(output.exportName ? { ExportName: output.exportName } : {}),
      })),
    ),
    Parameters: members(
      Object.entries(stack.parameters).map(([name, value]) => ({
        ParameterKey: name,
        ParameterValue: isHidden(declared[name]) ? NO_ECHO : value,
      })),
    ),
    Tags: members(Object.entries(stack.tags).map(([name, value]) => ({ Key: name, Value: value }))),
  };
}

/** A stack's resources, as ListStackResources and DescribeStackResources show them. */
export function resourceAnswers(stack: DeployedStack): Record<string, unknown>[] {
  const made = stack.status.startsWith('CREATE') ? 'CREATE_COMPLETE' : 'UPDATE_COMPLETE';
  return Object.values(stack.resources).map((one) => ({
    StackName: stack.stackName,
    StackId: stack.stackId,
    LogicalResourceId: one.logicalId,
    PhysicalResourceId: one.physicalId,
    ResourceType: one.type,
    ResourceStatus: made,
    LastUpdatedTimestamp: stack.updatedAt,
    Timestamp: stack.updatedAt,
  }));
}

/** What became of a stack or a resource, as DescribeStackEvents shows it: the stack stands among its resources, under its own name. */
export function eventAnswer(at: StackAddress, id: string, event: StackEvent): Record<string, unknown> {
  const stackId = stackIdOf(at);
  const subject =
    event.kind === 'resource.status'
      ? { logicalId: event.logicalId, physicalId: event.physicalId ?? '', type: event.type }
      : { logicalId: at.stackName, physicalId: stackId, type: 'AWS::CloudFormation::Stack' };
  return {
    EventId: id,
    StackId: stackId,
    StackName: at.stackName,
    LogicalResourceId: subject.logicalId,
    PhysicalResourceId: subject.physicalId,
    ResourceType: subject.type,
    ResourceStatus: event.status,
    ...(event.reason ? { ResourceStatusReason: event.reason } : {}),
    Timestamp: event.time,
  };
}

/** What a change set does, as DescribeChangeSet shows it. */
export function changeAnswers(changeSet: ChangeSet): Record<string, unknown>[] {
  return changeSet.changes.map((change) => ({
    Type: 'Resource',
    ResourceChange: {
      Action: change.action,
      LogicalResourceId: change.logicalId,
      ...(change.physicalId ? { PhysicalResourceId: change.physicalId } : {}),
      ResourceType: change.type,
      ...(change.replacement ? { Replacement: change.replacement } : {}),
      Scope: members(change.action === 'Modify' ? ['Properties'] : []),
      Details: members(
        change.properties.map((Name) => ({
          Target: { Attribute: 'Properties', Name },
          ChangeSource: 'DirectModification',
        })),
      ),
    },
  }));
}

/** A template's parameters and what it needs, as GetTemplateSummary and ValidateTemplate show them. */
export function templateAnswer(template: Template): Record<string, unknown> {
  return {
    ...(template.Description ? { Description: template.Description } : {}),
    Parameters: members(
      Object.entries(template.Parameters ?? {}).map(([name, parameter]) => ({
        ParameterKey: name,
        ParameterType: parameter.Type,
        NoEcho: isHidden(parameter),
        ...(parameter.Default === undefined ? {} : { DefaultValue: String(parameter.Default) }),
        ...(parameter.Description ? { Description: parameter.Description } : {}),
      })),
    ),
    ResourceTypes: members([...new Set(Object.values(template.Resources).map((resource) => resource.Type))]),
  };
}
