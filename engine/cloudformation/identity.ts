import { createHash } from 'node:crypto';
import { attributesOf, refIdentifierOf } from './template/resource-schema';
import { stackIdOf } from './stack-id';

/** Where a resource is, for its physical id and attributes. */
export interface ResourceAddress {
  readonly account: string;
  readonly region: string;
  readonly stackName: string;
  readonly logicalId: string;
  readonly type: string;
  /** Counts the replacements: a replaced resource gets another id, as in CloudFormation. */
  readonly generation: number;
}

/** Properties that name a resource, by type, where the published identifier is not that property. */
const NAME_PROPERTY: Readonly<Record<string, string>> = {
  'AWS::ECS::Service': 'ServiceName',
  'AWS::ECS::TaskDefinition': 'Family',
  'AWS::ECS::Cluster': 'ClusterName',
  'AWS::ElasticLoadBalancingV2::LoadBalancer': 'Name',
  'AWS::ElasticLoadBalancingV2::TargetGroup': 'Name',
  'AWS::CodeBuild::Project': 'Name',
  'AWS::SecretsManager::Secret': 'Name',
  'AWS::SNS::Topic': 'TopicName',
  'AWS::SQS::Queue': 'QueueName',
  'AWS::CloudFront::Function': 'Name',
};

/** The ARN's part after the account, by type; `NAME` is the resource's name. */
const ARN_RESOURCE: Readonly<Record<string, string>> = {
  'AWS::IAM::Role': 'role/NAME',
  'AWS::IAM::User': 'user/NAME',
  'AWS::IAM::ManagedPolicy': 'policy/NAME',
  'AWS::IAM::InstanceProfile': 'instance-profile/NAME',
  'AWS::KMS::Key': 'key/NAME',
  'AWS::Logs::LogGroup': 'log-group:NAME:*',
  'AWS::ECR::Repository': 'repository/NAME',
  'AWS::CodeBuild::Project': 'project/NAME',
  'AWS::CodePipeline::Pipeline': 'NAME',
  'AWS::RDS::DBInstance': 'db:NAME',
  'AWS::SecretsManager::Secret': 'secret:NAME',
  'AWS::SNS::Topic': 'NAME',
  'AWS::SQS::Queue': 'NAME',
  'AWS::Lambda::Function': 'function:NAME',
  'AWS::ECS::Cluster': 'cluster/NAME',
  'AWS::ECS::Service': 'service/NAME',
  'AWS::ECS::TaskDefinition': 'task-definition/NAME',
  'AWS::ElasticLoadBalancingV2::LoadBalancer': 'loadbalancer/app/NAME/HASH',
  'AWS::ElasticLoadBalancingV2::TargetGroup': 'targetgroup/NAME/HASH',
  'AWS::ElasticLoadBalancingV2::Listener': 'listener/app/NAME/HASH',
  'AWS::SSM::Parameter': 'parameter/NAME',
};
const GLOBAL = new Set(['iam', 'cloudfront', 's3', 'route53']);
const SERVICE: Readonly<Record<string, string>> = {
  ElasticLoadBalancingV2: 'elasticloadbalancing',
  ApplicationAutoScaling: 'application-autoscaling',
};

function hash(address: ResourceAddress, length: number): string {
  const text = [address.account, address.region, address.stackName, address.logicalId, address.generation].join('/');
  return createHash('sha256').update(text).digest('hex').slice(0, length);
}

/** The name of a resource: the one that its properties give, or one that is generated like CloudFormation's, the same in every run. */
export function nameOf(address: ResourceAddress, properties: Readonly<Record<string, unknown>>): string {
  const candidates = [NAME_PROPERTY[address.type], ...refIdentifierOf(address.type)];
  for (const property of candidates) {
    const value = property && properties[property];
    if (typeof value === 'string' && value !== '') {
      return address.type === 'AWS::ECS::TaskDefinition' ? `${value}:${address.generation}` : value;
    }
  }
  const [, service = '', kind = ''] = address.type.split('::');
  if (service === 'KMS' && kind === 'Key') {
    return hash(address, 32).replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
  }
  if (service === 'EC2') return `${EC2_PREFIX[kind] ?? kind.toLowerCase()}-${hash(address, 17)}`;
  if (service === 'CloudFront' && kind === 'Distribution') return `E${hash(address, 13).toUpperCase()}`;
  const generated = `${address.stackName}-${address.logicalId}-${hash(address, 12)}`;
  return LOWER_CASE.test(address.type) ? generated.toLowerCase().slice(-63) : generated.slice(-64);
}

/** Types whose names AWS takes in lower case only. */
const LOWER_CASE = /^AWS::(S3::Bucket|RDS::|ElastiCache::|ECR::)/;

const EC2_PREFIX: Readonly<Record<string, string>> = {
  VPC: 'vpc',
  Subnet: 'subnet',
  SecurityGroup: 'sg',
  RouteTable: 'rtb',
  InternetGateway: 'igw',
  NatGateway: 'nat',
  VPCEndpoint: 'vpce',
  FlowLog: 'fl',
  EIP: 'eipalloc',
};

/** What EC2 makes together with a resource, by attribute: AWS's clients refuse an id of another form. */
const MADE_WITH_IT: Readonly<Record<string, string>> = {
  'AWS::EC2::VPC.DefaultSecurityGroup': 'sg',
  'AWS::EC2::VPC.DefaultNetworkAcl': 'acl',
};

/** The ARN of a resource by its type's form (Service Authorization Reference). */
export function arnOf(address: ResourceAddress, name: string): string {
  const [, family = '', kind = ''] = address.type.split('::');
  const service = SERVICE[family] ?? family.toLowerCase();
  if (address.type === 'AWS::S3::Bucket') return `arn:aws:s3:::${name}`;
  const form = ARN_RESOURCE[address.type] ?? `${kind.toLowerCase()}/NAME`;
  const resource = form.replace('NAME', name.replace(/^\//, '')).replace('HASH', hash(address, 16));
  const region = GLOBAL.has(service) ? '' : address.region;
  return `arn:aws:${service}:${region}:${address.account}:${resource}`;
}

/** A nested stack is named by its parent and its logical id; an update never replaces it. */
function nestedName(address: ResourceAddress): string {
  return `${address.stackName}-${address.logicalId}-${hash(address, 12).toUpperCase()}`.slice(-128);
}

/** What `Ref` gives. */
export function physicalIdOf(address: ResourceAddress, properties: Readonly<Record<string, unknown>>): string {
  const name = nameOf(address, properties);
  if (address.type === 'AWS::CloudFormation::Stack') return stackIdOf({ ...address, stackName: nestedName(address) });
  const [identifier] = refIdentifierOf(address.type);
  const isArn =
    identifier?.endsWith('Arn') === true ||
    address.type === 'AWS::SecretsManager::Secret' ||
    address.type === 'AWS::SNS::Topic';
  if (!isArn) return name;
  const arn = arnOf(address, name);
  return address.type === 'AWS::SecretsManager::Secret' ? `${arn}-${hash(address, 6)}` : arn;
}

/**
 * What `Fn::GetAtt` gives of a resource that nothing stands for on this machine: the property of that name, an ARN, an id, else a text
 * that names resource and attribute. Undefined where the published schema has no such attribute.
 */
export function generatedAttribute(
  address: ResourceAddress,
  properties: Readonly<Record<string, unknown>>,
  physicalId: string,
  attribute: string,
): unknown {
  // A nested stack's outputs are known when it is deployed.
  if (address.type === 'AWS::CloudFormation::Stack' && attribute.startsWith('Outputs.'))
    return `${physicalId}.${attribute}`;
  const made = MADE_WITH_IT[`${address.type}.${attribute}`];
  if (made) return `${made}-${hash({ ...address, logicalId: `${address.logicalId}.${attribute}` }, 17)}`;
  const known = attributesOf(address.type);
  const property = attribute
    .split('.')
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], properties);
  if (property !== undefined && typeof property !== 'object') return property;
  if (known && !known.includes(attribute) && !attribute.endsWith('Arn')) return undefined;
  if (attribute === 'Arn' || attribute.endsWith('Arn')) {
    return physicalId.startsWith('arn:') ? physicalId : arnOf(address, physicalId);
  }
  if (attribute === 'Id' || attribute.endsWith('Id') || attribute === 'Name' || attribute.endsWith('Name')) {
    if (/DomainName$/.test(attribute))
      return `${physicalId.toLowerCase()}.${address.type.split('::')[1]?.toLowerCase() ?? ''}.local`;
    return physicalId.startsWith('arn:') && attribute.endsWith('Name') ? nameOf(address, properties) : physicalId;
  }
  if (attribute.endsWith('Port')) return '0';
  return `${physicalId}.${attribute}`;
}
