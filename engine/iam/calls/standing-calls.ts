import { balancerCalls } from './balancer-calls';
import { standingProjectCalls } from './project-calls';
import {
  alarmCalls,
  budgetCalls,
  distributionCalls,
  flowLogCalls,
  keyCalls,
  logGroupCalls,
  notificationRuleCalls,
  takenRoleCalls,
} from './delivery-calls';
import { ruleCalls, scheduleCalls } from './event-calls';
import { functionCalls, mappingCalls } from './function-calls';
import type { Standing, StandingCall, StandingCalls } from './standing-call';
import { serviceCalls } from './task-calls';
import {
  bucketCalls,
  customNotificationCalls,
  rotationCalls,
  subscriptionCalls,
  subscriptionFilterCalls,
} from './trigger-calls';

/** Who calls for a resource of a type, once it is deployed. */
const BY_TYPE: Readonly<Record<string, StandingCalls>> = {
  'AWS::Backup::BackupSelection': takenRoleCalls,
  'AWS::Budgets::Budget': budgetCalls,
  'AWS::Chatbot::SlackChannelConfiguration': takenRoleCalls,
  'AWS::CloudFront::Distribution': distributionCalls,
  'AWS::CloudWatch::Alarm': alarmCalls,
  'AWS::CodeBuild::Project': standingProjectCalls,
  'AWS::CodeStarNotifications::NotificationRule': notificationRuleCalls,
  'AWS::EC2::FlowLog': flowLogCalls,
  'AWS::ECS::Service': serviceCalls,
  'AWS::ElasticLoadBalancingV2::LoadBalancer': balancerCalls,
  'AWS::Events::Rule': ruleCalls,
  'AWS::KMS::Key': keyCalls,
  'AWS::Lambda::EventSourceMapping': mappingCalls,
  'AWS::Lambda::Function': functionCalls,
  'AWS::Logs::LogGroup': logGroupCalls,
  'AWS::Logs::SubscriptionFilter': subscriptionFilterCalls,
  'AWS::RDS::DBInstance': takenRoleCalls,
  'AWS::S3::Bucket': bucketCalls,
  'AWS::Scheduler::Schedule': scheduleCalls,
  'AWS::SecretsManager::RotationSchedule': rotationCalls,
  'AWS::SNS::Subscription': subscriptionCalls,
  'AWS::StepFunctions::StateMachine': takenRoleCalls,
  'Custom::S3BucketNotifications': customNotificationCalls,
};

/** The calls that AWS's services make for a deployed resource, whether an action of a pipeline runs or not. */
export function standingCalls(standing: Standing): readonly StandingCall[] {
  return BY_TYPE[standing.resource.type]?.(standing) ?? [];
}
