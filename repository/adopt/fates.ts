/** What becomes of a kind of resource when the pipeline takes over, where nothing else is known of it. */
export interface Fate {
  readonly becomes: 'adopted' | 'replaced' | 'left to Terraform';
  /** By what, or why. */
  readonly how: string;
}

const replaced = (how: string): Fate => ({ becomes: 'replaced', how });
const left = (how: string): Fate => ({ becomes: 'left to Terraform', how });

const SERVICE = 'the services stack: an ECS service on Fargate, its task definition and its load balancer';
const DELIVERY = 'the pipeline stack: a self-mutating CodePipeline with a project for each build';
const VPC = 'it belongs to the network, which is taken as it is';
const DATABASE = 'it belongs to the database, which is taken as it is';
const VALUE = 'a value of Terraform’s own: nothing of the pipeline reads it';

/** By type, as the providers name them (registry.terraform.io, hashicorp/aws). */
const FATES: Readonly<Record<string, Fate>> = {
  aws_internet_gateway: left(VPC),
  aws_nat_gateway: left(VPC),
  aws_eip: left(VPC),
  aws_route: left(VPC),
  aws_route_table: left(VPC),
  aws_route_table_association: left(VPC),
  aws_vpc_endpoint: left(VPC),
  aws_flow_log: left(VPC),
  aws_db_subnet_group: left(DATABASE),
  aws_db_parameter_group: left(DATABASE),
  aws_db_option_group: left(DATABASE),
  aws_lb: replaced(SERVICE),
  aws_alb: replaced(SERVICE),
  aws_lb_listener: replaced(SERVICE),
  aws_lb_listener_rule: replaced(SERVICE),
  aws_lb_target_group: replaced(SERVICE),
  aws_lb_target_group_attachment: replaced(SERVICE),
  aws_ecs_cluster: replaced(SERVICE),
  aws_ecs_service: replaced(SERVICE),
  aws_ecs_task_definition: replaced(SERVICE),
  aws_ecs_capacity_provider: replaced('Fargate: no machines of ours'),
  aws_ecs_cluster_capacity_providers: replaced('Fargate: no machines of ours'),
  aws_autoscaling_group: replaced('Fargate: no machines of ours'),
  aws_autoscaling_policy: replaced('Fargate: its services scale by themselves'),
  aws_launch_template: replaced('Fargate: no machines of ours'),
  aws_launch_configuration: replaced('Fargate: no machines of ours'),
  aws_instance: replaced('the bastion of the data stack, without a key and an open port'),
  aws_key_pair: replaced('Session Manager: no key pair'),
  aws_ecr_repository: replaced(
    'the pipeline stack’s repositories: PROJECT/api and PROJECT/llm, with tags that never move',
  ),
  aws_ecr_lifecycle_policy: replaced('the lifecycle of those repositories'),
  aws_codepipeline: replaced(DELIVERY),
  aws_codebuild_project: replaced(DELIVERY),
  aws_codedeploy_app: replaced('ECS’s own rolling or blue/green deployment (services.deployment)'),
  aws_codedeploy_deployment_group: replaced('ECS’s own rolling or blue/green deployment (services.deployment)'),
  aws_elasticache_cluster: replaced('the data stack: Redis with TLS and a password; what it holds is made anew'),
  aws_elasticache_replication_group: replaced(
    'the data stack: Redis with TLS and a password; what it holds is made anew',
  ),
  aws_elasticache_subnet_group: replaced('the data stack: Redis with TLS and a password'),
  aws_cloudfront_distribution: replaced('the web stack: bucket and distribution'),
  aws_cloudwatch_log_group: replaced(
    'a log group of each service and build; the old one keeps its lines until you delete it',
  ),
  aws_cloudwatch_metric_alarm: replaced('the observability stack: alarms of services, database and deployments'),
  aws_iam_role: replaced('roles of each stack, with the permissions that its part takes'),
  aws_iam_role_policy: replaced('roles of each stack, with the permissions that its part takes'),
  aws_iam_role_policy_attachment: replaced('roles of each stack, with the permissions that its part takes'),
  aws_iam_policy: replaced('roles of each stack, with the permissions that its part takes'),
  aws_iam_instance_profile: replaced('Fargate: no machines of ours'),
  aws_security_group: replaced('security groups of the services stack'),
  aws_security_group_rule: replaced('rules of the services stack’s security groups'),
  aws_s3_bucket: left('it may hold data; delete it when nothing reads it any more'),
  aws_kms_key: left('what it encrypts stays readable only as long as it is there'),
  aws_kms_alias: left('the name of a key that stays'),
  aws_secretsmanager_secret: left('name it under services.NAME.secrets where a service needs it'),
  aws_ssm_parameter: left('nothing of the pipeline reads it'),
  aws_route53_zone: left('name it under https.zone with its id and name; the record moves last'),
  aws_route53_record: left('it moves last: see the order'),
  aws_acm_certificate: left('a certificate in us-east-1 goes under https.siteCertificate'),
  random_string: left(VALUE),
  random_password: left(VALUE),
  random_id: left(VALUE),
  tls_private_key: left(VALUE),
  local_file: left(VALUE),
  null_resource: left(VALUE),
};

/** What becomes of a resource of a type. What is not known stays where it is. */
export function fateOf(type: string): Fate {
  const known = FATES[type];
  if (known) return known;
  if (/^aws_s3_bucket_/.test(type)) return left('it belongs to a bucket that stays');
  if (/^aws_db_|^aws_rds_/.test(type)) return left(DATABASE);
  if (/^aws_(vpc|network|subnet|default)_/.test(type)) return left(VPC);
  return left('the pipeline knows no such part: it stays as it is');
}
