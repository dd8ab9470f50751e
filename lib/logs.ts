import { RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { EnvironmentConfiguration } from '../config/load';

/** A log group of an environment: its retention, its key, and in dev gone with its stack. Every group is made here, so that none keeps its events for ever. */
export function makeLogGroup(
  scope: Construct,
  id: string,
  environment: EnvironmentConfiguration,
  key: IKey,
  name?: string,
): LogGroup {
  return new LogGroup(scope, id, {
    ...(name ? { logGroupName: name } : {}),
    retention: environment.logDays,
    encryptionKey: key,
    removalPolicy: environment.protected ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
}
