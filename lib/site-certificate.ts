import { Duration } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as FunctionTarget } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { acknowledgeLint } from './acknowledge';
import type { EnvironmentStack } from './environment-stack';
import { functionText } from './inline-resource';
import { makeLogGroup } from './logs';

/**
 * The days that the site's certificate has left. It is in us-east-1, where CloudFront takes it from, and so is its metric; an alarm watches its own
 * region only (CloudWatch User Guide, "Using Amazon CloudWatch alarms"). So a function of this region asks ACM there four times a day.
 */
export function siteCertificateDays(
  stack: EnvironmentStack,
  { certificateArn, key }: { readonly certificateArn: string; readonly key: IKey },
): Metric {
  const namespace = stack.prefix;
  const logGroup = makeLogGroup(
    stack,
    'SiteCertificateLogs',
    stack.props.environment,
    key,
    `/saiondo/${stack.prefix}/site-certificate`,
  );
  const role = new Role(stack, 'SiteCertificateRole', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  role.addToPolicy(new PolicyStatement({ actions: ['acm:DescribeCertificate'], resources: [certificateArn] }));
  logGroup.grantWrite(role);
  const days = new LambdaFunction(stack, 'SiteCertificateDays', {
    description: 'How many days the site’s certificate in us-east-1 has left',
    runtime: Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: Code.fromInline(functionText('days-to-expiry')),
    timeout: Duration.minutes(1),
    environment: { CERTIFICATE: certificateArn, NAMESPACE: namespace },
    role,
    logGroup,
  });
  // aws-cdk-lib writes the dependency on the role out, next to the reference that says the same.
  acknowledgeLint(days, 'W3005');
  new Rule(stack, 'SiteCertificateAsked', {
    ruleName: `${stack.prefix}-site-certificate`,
    description: 'Asks how many days the site’s certificate has left',
    schedule: Schedule.rate(Duration.hours(6)),
    targets: [new FunctionTarget(days)],
  });
  return new Metric({
    namespace,
    metricName: 'DaysToExpiry',
    statistic: Stats.MINIMUM,
    period: Duration.days(1),
    dimensionsMap: { CertificateArn: certificateArn },
  });
}
