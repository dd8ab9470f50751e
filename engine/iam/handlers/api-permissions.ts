/** What CloudFormation does to a resource. */
export type HandlerOperation = 'create' | 'read' | 'update' | 'delete';

type Permissions = Readonly<Partial<Record<HandlerOperation, readonly string[]>>>;

const crud = (service: string, noun: string, ...more: readonly string[]): Permissions => ({
  create: [`${service}:Create${noun}`, ...more],
  update: [`${service}:Update${noun}`, ...more],
  delete: [`${service}:Delete${noun}`],
});
const every = (...actions: readonly string[]): Permissions => ({ create: actions, update: actions, delete: actions });

/**
 * Types of pipelines' stacks whose schema in CloudFormation's registry lists no permissions: CloudFormation makes them without a published handler, by the API of their
 * service (API Reference of each service; Service Authorization Reference, the action of each operation).
 */
export const OF_THE_API: Readonly<Record<string, Permissions>> = {
  'AWS::Budgets::Budget': every('budgets:ModifyBudget'),
  'AWS::CodeBuild::Project': crud('codebuild', 'Project', 'iam:PassRole'),
  'AWS::CodeBuild::ReportGroup': crud('codebuild', 'ReportGroup'),
  'AWS::CodeBuild::SourceCredential': {
    ...every('codebuild:ImportSourceCredentials'),
    delete: ['codebuild:DeleteSourceCredentials'],
  },
  'AWS::CodeCommit::Repository': { ...crud('codecommit', 'Repository'), update: ['codecommit:UpdateRepositoryName'] },
  'AWS::IAM::AccessKey': crud('iam', 'AccessKey'),
  'AWS::IAM::UserToGroupAddition': {
    create: ['iam:AddUserToGroup'],
    update: ['iam:AddUserToGroup', 'iam:RemoveUserFromGroup'],
    delete: ['iam:RemoveUserFromGroup'],
  },
  'AWS::Route53::RecordSet': every('route53:ChangeResourceRecordSets'),
  'AWS::Route53::RecordSetGroup': every('route53:ChangeResourceRecordSets'),
  'AWS::ServiceDiscovery::HttpNamespace': {
    ...crud('servicediscovery', 'HttpNamespace'),
    delete: ['servicediscovery:DeleteNamespace'],
  },
  'AWS::ServiceDiscovery::PrivateDnsNamespace': {
    ...crud('servicediscovery', 'PrivateDnsNamespace'),
    delete: ['servicediscovery:DeleteNamespace'],
  },
  'AWS::ServiceDiscovery::PublicDnsNamespace': {
    ...crud('servicediscovery', 'PublicDnsNamespace'),
    delete: ['servicediscovery:DeleteNamespace'],
  },
};
