// Longer than 300 lines: a table, one entry a resource type.
/**
 * What AWS's values look like, by resource type, where neither the published schema nor its documentation says it. A form is a text with
 * placeholders, which `fill` in `seeded.ts` explains: `{name}`, `{id}` (what `Ref` gives), `{arn}`, `{p.PROPERTY}`, `{hex:17}`, `{uuid}` …
 */
export interface TypeForms {
  /** What `Ref` gives, where it is neither the name nor the ARN (CloudFormation Template Reference, "Return values" of each type). */
  readonly ref?: string;
  /** The property that names the resource, where the schema does not tell. */
  readonly name?: string;
  /** The ARN's part after the account, or a whole ARN (Service Authorization Reference). */
  readonly arn?: string;
  /** `Fn::GetAtt`, by attribute. */
  readonly attributes?: Readonly<Record<string, string | readonly string[]>>;
}

/** An id of EC2: its prefix and 17 hexadecimal digits (Amazon EC2 User Guide, "Resource IDs"). */
const ec2 = (prefix: string, attributes: TypeForms['attributes'] = {}): TypeForms => ({
  ref: `${prefix}-{hex:17}`,
  attributes,
});
/** An id of so many letters and digits. */
const low = (length: number, attributes: TypeForms['attributes'] = {}): TypeForms => ({
  ref: `{low:${length}}`,
  attributes,
});
const UUID: TypeForms = { ref: '{uuid}' };
const database = (kind: string): TypeForms => ({
  attributes: {
    Endpoint: `{name}.${kind}{low:12}.{region}.rds.{suffix}`,
    'Endpoint.Address': `{name}.${kind}{low:12}.{region}.rds.{suffix}`,
    'ReadEndpoint.Address': `{name}.cluster-ro-{low:12}.{region}.rds.{suffix}`,
    ReadEndpoint: `{name}.cluster-ro-{low:12}.{region}.rds.{suffix}`,
    'MasterUserSecret.SecretArn': 'arn:{partition}:secretsmanager:{region}:{account}:secret:rds!cluster-{uuid}-{low:6}',
  },
});
const loadBalancer = 'loadbalancer/app/{name}/{hex:16}';

/** Forms by type. */
export const FORMS: Readonly<Record<string, TypeForms>> = {
  'AWS::AmazonMQ::Broker': {
    ref: 'b-{uuid}',
    arn: 'arn:{partition}:mq:{region}:{account}:broker:{name}:{id}',
    attributes: {
      AmqpEndpoints: ['amqp+ssl://{id}-1.mq.{region}.{suffix}:5671'],
      OpenWireEndpoints: ['ssl://{id}-1.mq.{region}.{suffix}:61617'],
    },
  },
  'AWS::Amplify::App': {
    arn: 'apps/{low:14}',
    attributes: { AppId: '{low:14}', DefaultDomain: '{low:14}.amplifyapp.com' },
  },
  'AWS::ApiGateway::ApiKey': low(10),
  'AWS::ApiGateway::Authorizer': low(6),
  'AWS::ApiGateway::Deployment': low(6),
  'AWS::ApiGateway::DomainName': {
    attributes: {
      DistributionDomainName: 'd{low:13}.cloudfront.net',
      DistributionHostedZoneId: 'Z2FDTNDATAQYW2',
      RegionalDomainName: 'd-{low:10}.execute-api.{region}.{suffix}',
      RegionalHostedZoneId: 'Z{UP:13}',
    },
  },
  'AWS::ApiGateway::RequestValidator': low(6),
  'AWS::ApiGateway::Resource': low(6),
  'AWS::ApiGateway::RestApi': low(10, { RootResourceId: '{low:10:root}' }),
  'AWS::ApiGateway::UsagePlan': low(6),
  'AWS::ApiGateway::VpcLink': low(6),
  'AWS::ApiGatewayV2::Api': low(10, { ApiEndpoint: 'https://{id}.execute-api.{region}.{suffix}' }),
  'AWS::ApiGatewayV2::ApiMapping': low(6),
  'AWS::ApiGatewayV2::Authorizer': low(6),
  'AWS::ApiGatewayV2::Deployment': low(6),
  'AWS::ApiGatewayV2::DomainName': {
    attributes: {
      RegionalDomainName: 'd-{low:10}.execute-api.{region}.{suffix}',
      RegionalHostedZoneId: 'Z{UP:13}',
    },
  },
  'AWS::ApiGatewayV2::Integration': low(7),
  'AWS::ApiGatewayV2::Route': low(7),
  'AWS::ApiGatewayV2::VpcLink': low(6),
  'AWS::AppConfig::Application': low(7),
  'AWS::AppConfig::ConfigurationProfile': low(7),
  'AWS::AppConfig::DeploymentStrategy': low(7),
  'AWS::AppConfig::Environment': low(7),
  'AWS::AppRunner::Service': {
    arn: 'service/{name}/{hex:32}',
    attributes: { ServiceId: '{hex:32}', ServiceUrl: '{low:10}.{region}.awsapprunner.com', Status: 'RUNNING' },
  },
  'AWS::AppRunner::VpcConnector': { arn: 'vpcconnector/{name}/1/{hex:32}' },
  'AWS::AppSync::ApiKey': {
    arn: 'apis/{p.ApiId}/apikey/da2-{low:26}',
    attributes: { ApiKey: 'da2-{low:26}', ApiKeyId: 'da2-{low:26}' },
  },
  'AWS::AppSync::DataSource': { arn: 'apis/{p.ApiId}/datasources/{name}' },
  'AWS::AppSync::FunctionConfiguration': { arn: 'apis/{p.ApiId}/functions/{low:26}' },
  'AWS::AppSync::GraphQLApi': {
    arn: 'apis/{low:26}',
    attributes: {
      ApiId: '{low:26}',
      GraphQLDns: '{low:25}.appsync-api.{region}.{suffix}',
      GraphQLUrl: 'https://{low:25}.appsync-api.{region}.{suffix}/graphql',
      RealtimeDns: '{low:25}.appsync-realtime-api.{region}.{suffix}',
      RealtimeUrl: 'wss://{low:25}.appsync-realtime-api.{region}.{suffix}/graphql',
    },
  },
  'AWS::AutoScaling::ScalingPolicy': {
    arn: 'scalingPolicy:{uuid}:autoScalingGroupName/{p.AutoScalingGroupName}:policyName/{name}',
  },
  'AWS::Backup::BackupPlan': UUID,
  'AWS::Backup::BackupSelection': UUID,
  'AWS::Batch::JobDefinition': { arn: 'job-definition/{name}:1' },
  'AWS::CloudFront::CachePolicy': UUID,
  'AWS::CloudFront::CloudFrontOriginAccessIdentity': { ref: 'E{UP:13}' },
  'AWS::CloudFront::Distribution': { ref: 'E{UP:13}', attributes: { DomainName: 'd{low:13}.cloudfront.net' } },
  'AWS::CloudFront::Function': { attributes: { Stage: 'LIVE' } },
  'AWS::CloudFront::KeyGroup': UUID,
  'AWS::CloudFront::OriginAccessControl': { ref: 'E{UP:13}' },
  'AWS::CloudFront::OriginRequestPolicy': UUID,
  'AWS::CloudFront::PublicKey': { ref: 'K{UP:13}' },
  'AWS::CloudFront::ResponseHeadersPolicy': UUID,
  'AWS::CodeCommit::Repository': {
    ref: '{uuid}',
    name: 'RepositoryName',
    attributes: {
      Name: '{name}',
      CloneUrlHttp: 'https://git-codecommit.{region}.{suffix}/v1/repos/{name}',
      CloneUrlSsh: 'ssh://git-codecommit.{region}.{suffix}/v1/repos/{name}',
    },
  },
  'AWS::Cognito::IdentityPool': { ref: '{region}:{uuid}', attributes: { Name: '{name}' } },
  'AWS::Cognito::UserPool': {
    ref: '{region}_{Mix:9}',
    name: 'UserPoolName',
    attributes: {
      ProviderName: 'cognito-idp.{region}.{suffix}/{id}',
      ProviderURL: 'https://cognito-idp.{region}.{suffix}/{id}',
    },
  },
  'AWS::Cognito::UserPoolClient': low(26, { ClientSecret: '{low:51}', Name: '{name}' }),
  'AWS::Cognito::UserPoolDomain': { attributes: { CloudFrontDistribution: 'd{low:13}.cloudfront.net' } },
  'AWS::DocDB::DBCluster': {
    name: 'DBClusterIdentifier',
    attributes: {
      Endpoint: '{name}.cluster-{low:12}.{region}.docdb.{suffix}',
      ReadEndpoint: '{name}.cluster-ro-{low:12}.{region}.docdb.{suffix}',
      Port: '27017',
    },
  },
  'AWS::DocDB::DBInstance': {
    name: 'DBInstanceIdentifier',
    attributes: { Endpoint: '{name}.{low:12}.{region}.docdb.{suffix}', Port: '27017' },
  },
  'AWS::DynamoDB::GlobalTable': { arn: 'table/{name}', attributes: { StreamArn: '{arn}/stream/{time}' } },
  'AWS::DynamoDB::Table': { attributes: { StreamArn: '{arn}/stream/{time}' } },
  'AWS::EC2::EIP': { ref: '{ip}', attributes: { AllocationId: 'eipalloc-{hex:17}' } },
  'AWS::EC2::EIPAssociation': ec2('eipassoc'),
  'AWS::EC2::EgressOnlyInternetGateway': ec2('eigw'),
  'AWS::EC2::FlowLog': ec2('fl'),
  'AWS::EC2::Instance': ec2('i', {
    AvailabilityZone: '{region}a',
    PrivateDnsName: 'ip-10-0-0-10.{region}.compute.internal',
    PrivateIp: '10.0.0.10',
    PublicDnsName: 'ec2-192-0-2-10.{region}.compute.{suffix}',
    PublicIp: '192.0.2.10',
  }),
  'AWS::EC2::InternetGateway': ec2('igw'),
  'AWS::EC2::LaunchTemplate': ec2('lt', { DefaultVersionNumber: '1', LatestVersionNumber: '1' }),
  'AWS::EC2::NatGateway': ec2('nat'),
  'AWS::EC2::NetworkAcl': ec2('acl'),
  'AWS::EC2::NetworkInterface': ec2('eni', { PrimaryPrivateIpAddress: '10.0.0.11' }),
  'AWS::EC2::PrefixList': ec2('pl'),
  'AWS::EC2::RouteTable': ec2('rtb'),
  'AWS::EC2::SecurityGroup': ec2('sg', { GroupId: '{id}' }),
  'AWS::EC2::SecurityGroupEgress': ec2('sgr'),
  'AWS::EC2::SecurityGroupIngress': ec2('sgr'),
  'AWS::EC2::Subnet': ec2('subnet', {
    AvailabilityZoneId: 'use1-az1',
    NetworkAclAssociationId: 'aclassoc-{hex:17:acl}',
  }),
  'AWS::EC2::SubnetRouteTableAssociation': ec2('rtbassoc'),
  'AWS::EC2::TransitGateway': ec2('tgw'),
  'AWS::EC2::VPC': ec2('vpc', {
    CidrBlock: '{p.CidrBlock}',
    CidrBlockAssociations: ['vpc-cidr-assoc-{hex:17:cidr}'],
    DefaultNetworkAcl: 'acl-{hex:17:acl}',
    DefaultSecurityGroup: 'sg-{hex:17:sg}',
    Ipv6CidrBlocks: [],
  }),
  'AWS::EC2::VPCEndpoint': ec2('vpce', {
    DnsEntries: ['', '-{region}a', '-{region}b', '-{region}c'].map(
      (zone) => `Z{UP:13}:{id}-{low:8}${zone}.{service}.{region}.vpce.{suffix}`,
    ),
    NetworkInterfaceIds: ['eni-{hex:17:a}', 'eni-{hex:17:b}', 'eni-{hex:17:c}'],
  }),
  'AWS::EC2::VPCPeeringConnection': ec2('pcx'),
  'AWS::EC2::Volume': ec2('vol'),
  'AWS::ECR::Repository': { attributes: { RepositoryUri: '{account}.dkr.ecr.{region}.{suffix}/{name}' } },
  'AWS::ECR::PublicRepository': {
    arn: 'arn:{partition}:ecr-public::{account}:repository/{name}',
  },
  'AWS::ECS::Cluster': { name: 'ClusterName', arn: 'cluster/{name}' },
  // With its cluster: the long format (Amazon ECS Developer Guide, "Amazon Resource Names (ARNs) and IDs"), which policies name.
  'AWS::ECS::Service': { name: 'ServiceName', arn: 'service/{last.Cluster|default}/{name}' },
  'AWS::ECS::TaskDefinition': { name: 'Family', arn: 'task-definition/{name}' },
  'AWS::EFS::AccessPoint': ec2('fsap'),
  'AWS::EFS::FileSystem': ec2('fs'),
  'AWS::EFS::MountTarget': ec2('fsmt', { IpAddress: '10.0.0.12' }),
  'AWS::EKS::Cluster': {
    attributes: {
      CertificateAuthorityData: 'LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCg==',
      ClusterSecurityGroupId: 'sg-{hex:17}',
      EncryptionConfigKeyArn: '',
      Endpoint: 'https://{HEX:32}.gr7.{region}.eks.{suffix}',
      OpenIdConnectIssuerUrl: 'https://oidc.eks.{region}.{suffix}/id/{HEX:32}',
    },
  },
  'AWS::EKS::FargateProfile': { arn: 'fargateprofile/{p.ClusterName}/{name}/{uuid}' },
  'AWS::EKS::Nodegroup': {
    ref: '{p.ClusterName}/{name}',
    name: 'NodegroupName',
    arn: 'nodegroup/{p.ClusterName}/{name}/{uuid}',
    attributes: { ClusterName: '{p.ClusterName}', NodegroupName: '{name}' },
  },
  'AWS::EMR::Cluster': { ref: 'j-{UP:13}' },
  'AWS::ElastiCache::CacheCluster': {
    attributes: {
      'ConfigurationEndpoint.Address': '{name}.{low:6}.cfg.use1.cache.{suffix}',
      'ConfigurationEndpoint.Port': '11211',
      'RedisEndpoint.Address': '{name}.{low:6}.0001.use1.cache.{suffix}',
      'RedisEndpoint.Port': '6379',
    },
  },
  'AWS::ElastiCache::ReplicationGroup': {
    attributes: {
      'ConfigurationEndPoint.Address': 'clustercfg.{name}.{low:6}.use1.cache.{suffix}',
      'ConfigurationEndPoint.Port': '6379',
      'PrimaryEndPoint.Address': 'master.{name}.{low:6}.use1.cache.{suffix}',
      'PrimaryEndPoint.Port': '6379',
      'ReadEndPoint.Addresses': '[{name}-001.{low:6}.use1.cache.{suffix}]',
      'ReaderEndPoint.Address': 'replica.{name}.{low:6}.use1.cache.{suffix}',
      'ReaderEndPoint.Port': '6379',
    },
  },
  'AWS::ElastiCache::ServerlessCache': {
    attributes: {
      'Endpoint.Address': '{name}-{low:6}.serverless.use1.cache.{suffix}',
      'Endpoint.Port': '6379',
      'ReaderEndpoint.Address': '{name}-{low:6}.serverless.use1.cache.{suffix}',
      'ReaderEndpoint.Port': '6380',
    },
  },
  'AWS::ElasticBeanstalk::Environment': { attributes: { EndpointURL: 'awseb-{low:1}-{low:8}.{region}.elb.{suffix}' } },
  'AWS::ElasticLoadBalancing::LoadBalancer': {
    attributes: { DNSName: '{name}-{digits:9}.{region}.elb.{suffix}', CanonicalHostedZoneNameID: 'Z{UP:13}' },
  },
  'AWS::ElasticLoadBalancingV2::Listener': { arn: 'listener/app/{name}/{hex:16}/{hex:16:listener}' },
  'AWS::ElasticLoadBalancingV2::ListenerRule': {
    arn: 'listener-rule/app/{name}/{hex:16}/{hex:16:listener}/{hex:16:rule}',
  },
  'AWS::ElasticLoadBalancingV2::LoadBalancer': {
    name: 'Name',
    arn: loadBalancer,
    attributes: {
      CanonicalHostedZoneID: 'Z35SXDOTRQ7X7K',
      DNSName: '{name}-{digits:9}.{region}.elb.{suffix}',
      LoadBalancerFullName: 'app/{name}/{hex:16}',
      LoadBalancerName: '{name}',
    },
  },
  'AWS::ElasticLoadBalancingV2::TargetGroup': {
    name: 'Name',
    arn: 'targetgroup/{name}/{hex:16}',
    attributes: {
      LoadBalancerArns: ['arn:{partition}:elasticloadbalancing:{region}:{account}:loadbalancer/app/{name}/{hex:16}'],
      TargetGroupFullName: 'targetgroup/{name}/{hex:16}',
      TargetGroupName: '{name}',
    },
  },
  'AWS::Elasticsearch::Domain': {
    attributes: { DomainEndpoint: 'search-{name}-{low:26}.{region}.es.{suffix}' },
  },
  'AWS::Events::Rule': { arn: 'rule/{name}' },
  'AWS::Glue::MLTransform': { ref: 'tfm-{hex:40}' },
  'AWS::GuardDuty::Detector': { ref: '{hex:32}' },
  'AWS::IAM::AccessKey': { ref: 'AKIA{UP:16}', attributes: { SecretAccessKey: '{Mix:40}' } },
  'AWS::IAM::Group': { attributes: {} },
  'AWS::IAM::InstanceProfile': { arn: 'instance-profile/{name}' },
  'AWS::IAM::ManagedPolicy': { name: 'ManagedPolicyName', arn: 'policy/{name}' },
  'AWS::IAM::OIDCProvider': { arn: 'oidc-provider/{host.Url}' },
  'AWS::IAM::Role': { arn: 'role{p.Path|/}{name}', attributes: { RoleId: 'AROA{UP:17}' } },
  'AWS::IAM::SAMLProvider': { arn: 'saml-provider/{name}' },
  'AWS::IAM::User': { arn: 'user{p.Path|/}{name}' },
  'AWS::KMS::Key': { ref: '{uuid}', arn: 'key/{id}', attributes: { KeyId: '{id}' } },
  'AWS::KMS::ReplicaKey': { ref: 'mrk-{hex:32}', arn: 'key/{id}', attributes: { KeyId: '{id}' } },
  'AWS::Kinesis::StreamConsumer': {
    arn: '{p.StreamARN}/consumer/{name}:{digits:10}',
    attributes: { ConsumerStatus: 'ACTIVE' },
  },
  'AWS::Lambda::Alias': { arn: '{of.FunctionName}:{p.Name}' },
  'AWS::Lambda::CodeSigningConfig': { arn: 'code-signing-config:csc-{hex:17}' },
  'AWS::Lambda::EventInvokeConfig': {},
  'AWS::Lambda::EventSourceMapping': { ref: '{uuid}', arn: 'event-source-mapping:{uuid}' },
  'AWS::Lambda::Function': { arn: 'function:{name}' },
  'AWS::Lambda::LayerVersion': { name: 'LayerName', arn: 'layer:{name}:1' },
  'AWS::Lambda::Url': {
    ref: '{of.TargetFunctionArn}',
    arn: '{of.TargetFunctionArn}',
    attributes: {
      FunctionArn: '{of.TargetFunctionArn}',
      FunctionUrl: 'https://{low:32}.lambda-url.{region}.on.aws/',
    },
  },
  'AWS::Lambda::Version': { arn: '{of.FunctionName}:{generation}', attributes: { Version: '{generation}' } },
  'AWS::Logs::LogGroup': { arn: 'log-group:{name}:*' },
  'AWS::Logs::LogStream': { arn: 'log-group:{p.LogGroupName}:log-stream:{name}' },
  'AWS::MSK::Cluster': { name: 'ClusterName', arn: 'cluster/{name}/{uuid}-1' },
  'AWS::MSK::ServerlessCluster': { name: 'ClusterName', arn: 'cluster/{name}/{uuid}-s1' },
  'AWS::MSK::Configuration': { name: 'Name', arn: 'configuration/{name}/{uuid}-1' },
  'AWS::Neptune::DBCluster': {
    attributes: {
      ClusterResourceId: 'cluster-{UP:26}',
      Endpoint: '{name}.cluster-{low:12}.{region}.neptune.{suffix}',
      Port: '8182',
      ReadEndpoint: '{name}.cluster-ro-{low:12}.{region}.neptune.{suffix}',
    },
  },
  'AWS::Neptune::DBInstance': {
    attributes: { Endpoint: '{name}.{low:12}.{region}.neptune.{suffix}', Port: '8182' },
  },
  'AWS::OpenSearchServerless::Collection': low(20, {
    CollectionEndpoint: 'https://{id}.{region}.aoss.{suffix}',
    DashboardEndpoint: 'https://{id}.{region}.aoss.{suffix}/_dashboards',
  }),
  'AWS::OpenSearchService::Domain': {
    attributes: { DomainEndpoint: 'search-{name}-{low:26}.{region}.es.{suffix}', Id: '{account}/{name}' },
  },
  'AWS::RDS::DBCluster': database('cluster-'),
  'AWS::RDS::DBInstance': { ...database(''), arn: 'db:{name}' },
  'AWS::RDS::DBProxy': { attributes: { Endpoint: '{name}.proxy-{low:12}.{region}.rds.{suffix}' } },
  'AWS::RDS::DBProxyEndpoint': {
    attributes: { Endpoint: '{name}.endpoint.proxy-{low:12}.{region}.rds.{suffix}' },
  },
  'AWS::Redshift::Cluster': {
    attributes: { 'Endpoint.Address': '{name}.{low:12}.{region}.redshift.{suffix}', 'Endpoint.Port': '5439' },
  },
  'AWS::Route53::HealthCheck': UUID,
  'AWS::Route53::HostedZone': {
    ref: 'Z{UP:20}',
    attributes: {
      Id: '{id}',
      NameServers: [
        'ns-{digits:3}.awsdns-10.com',
        'ns-{digits:4}.awsdns-20.org',
        'ns-{digits:3}.awsdns-30.net',
        'ns-{digits:4}.awsdns-40.co.uk',
      ],
    },
  },
  'AWS::Route53::RecordSet': { ref: '{p.Name}' },
  'AWS::S3::AccessPoint': { attributes: { Alias: '{name}-{low:34}-s3alias' } },
  'AWS::S3::Bucket': {
    arn: 'arn:{partition}:s3:::{name}',
    attributes: {
      DomainName: '{name}.s3.{suffix}',
      DualStackDomainName: '{name}.s3.dualstack.{region}.{suffix}',
      RegionalDomainName: '{name}.s3.{region}.{suffix}',
      WebsiteURL: 'http://{name}.s3-website{site}{region}.{suffix}',
    },
  },
  'AWS::SES::EmailIdentity': {
    attributes: {
      DkimDNSTokenName1: '{low:32}._domainkey.{p.EmailIdentity}',
      DkimDNSTokenName2: '{low:31}a._domainkey.{p.EmailIdentity}',
      DkimDNSTokenName3: '{low:31}b._domainkey.{p.EmailIdentity}',
      DkimDNSTokenValue1: '{low:32}.dkim.amazonses.com',
      DkimDNSTokenValue2: '{low:31}a.dkim.amazonses.com',
      DkimDNSTokenValue3: '{low:31}b.dkim.amazonses.com',
    },
  },
  'AWS::SNS::Subscription': { ref: '{p.TopicArn}:{uuid}', arn: '{p.TopicArn}:{uuid}' },
  'AWS::SNS::Topic': { name: 'TopicName', arn: '{name}' },
  'AWS::SQS::Queue': {
    ref: 'https://sqs.{region}.{suffix}/{account}/{name}',
    name: 'QueueName',
    arn: '{name}',
    attributes: { QueueName: '{name}', QueueUrl: 'https://sqs.{region}.{suffix}/{account}/{name}' },
  },
  'AWS::SSM::Parameter': { arn: 'parameter/{name}' },
  'AWS::Scheduler::Schedule': { arn: 'schedule/{p.GroupName|default}/{name}' },
  'AWS::SecretsManager::Secret': {
    ref: '{arn}',
    name: 'Name',
    arn: 'secret:{name}-{Mix:6}',
    attributes: { Id: '{arn}' },
  },
  'AWS::SecretsManager::SecretTargetAttachment': { ref: '{p.SecretId}', attributes: { Id: '{p.SecretId}' } },
  'AWS::ServiceDiscovery::PrivateDnsNamespace': { ref: 'ns-{low:16}', attributes: { HostedZoneId: 'Z{UP:20}' } },
  'AWS::ServiceDiscovery::HttpNamespace': { ref: 'ns-{low:16}' },
  'AWS::ServiceDiscovery::Service': { ref: 'srv-{low:16}' },
  'AWS::StepFunctions::StateMachine': {
    name: 'StateMachineName',
    attributes: { Name: '{name}', StateMachineRevisionId: '{uuid}' },
  },
  'AWS::StepFunctions::StateMachineAlias': { arn: '{p.RoutingConfiguration.0.StateMachineVersionArn}:{name}' },
  'AWS::StepFunctions::StateMachineVersion': { arn: '{p.StateMachineArn}:1' },
  'AWS::Transfer::Server': { arn: 'server/s-{hex:17}', attributes: { ServerId: 's-{hex:17}' } },
  'AWS::WAFv2::IPSet': {
    ref: '{name}|{uuid}|{p.Scope}',
    arn: '{scope}/ipset/{name}/{uuid}',
    attributes: { Id: '{uuid}' },
  },
  'AWS::WAFv2::RegexPatternSet': {
    ref: '{name}|{uuid}|{p.Scope}',
    arn: '{scope}/regexpatternset/{name}/{uuid}',
    attributes: { Id: '{uuid}' },
  },
  'AWS::WAFv2::RuleGroup': {
    ref: '{name}|{uuid}|{p.Scope}',
    arn: '{scope}/rulegroup/{name}/{uuid}',
    attributes: { Id: '{uuid}', LabelNamespace: 'awswaf:{account}:rulegroup:{name}:' },
  },
  'AWS::WAFv2::WebACL': {
    ref: '{name}|{uuid}|{p.Scope}',
    arn: '{scope}/webacl/{name}/{uuid}',
    attributes: { Id: '{uuid}', Capacity: '1', LabelNamespace: 'awswaf:{account}:webacl:{name}:' },
  },
};
