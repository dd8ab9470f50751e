/**
 * Policies of AWS that pipelines attach, as AWS publishes them (AWS Managed Policy Reference). Others are attached too; what a role may by them is
 * not known here and is said.
 */
const allow = (action: string | readonly string[]): object => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }],
});

const documents: Readonly<Record<string, object>> = {
  AdministratorAccess: allow('*'),
  AWSCloudFormationReadOnlyAccess: allow([
    'cloudformation:Describe*',
    'cloudformation:EstimateTemplateCost',
    'cloudformation:Get*',
    'cloudformation:List*',
    'cloudformation:ValidateTemplate',
    'cloudformation:Detect*',
  ]),
  'service-role/AWSLambdaBasicExecutionRole': allow([
    'logs:CreateLogGroup',
    'logs:CreateLogStream',
    'logs:PutLogEvents',
  ]),
  'service-role/AmazonECSTaskExecutionRolePolicy': allow([
    'ecr:GetAuthorizationToken',
    'ecr:BatchCheckLayerAvailability',
    'ecr:GetDownloadUrlForLayer',
    'ecr:BatchGetImage',
    'logs:CreateLogStream',
    'logs:PutLogEvents',
  ]),
};

/** The document of a policy of AWS by its ARN; undefined where it is not known here. */
export function awsManagedDocument(arn: string): object | undefined {
  const name = /^arn:[^:]+:iam::aws:policy\/(.+)$/.exec(arn)?.[1];
  return name === undefined ? undefined : documents[name];
}

/** Whether a policy of AWS may deny something: those that do say so in their names (AWSDenyAll, AWSCompromisedKeyQuarantine). */
export function mayDeny(arn: string): boolean {
  return !/^arn:[^:]+:iam::aws:policy\//.test(arn) || /deny|quarantine/i.test(arn);
}
