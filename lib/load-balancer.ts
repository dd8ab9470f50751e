import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Certificate, CertificateValidation } from 'aws-cdk-lib/aws-certificatemanager';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import {
  ApplicationListenerRule,
  ApplicationLoadBalancer,
  ApplicationProtocol,
  ApplicationTargetGroup,
  ListenerAction,
  ListenerCondition,
  TargetType,
  type ApplicationListener,
  type SslPolicy,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { ARecord, HostedZone, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { LoadBalancerTarget } from 'aws-cdk-lib/aws-route53-targets';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { acknowledge } from './acknowledge';
import type { EnvironmentStack } from './environment-stack';

/** Response headers that the load balancer adds to every answer of the api (Elastic Load Balancing User Guide, "HTTP header modification"). */
const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'routing.http.response.strict_transport_security.header_value': 'max-age=31536000; includeSubDomains',
  'routing.http.response.x_content_type_options.header_value': 'nosniff',
  'routing.http.response.x_frame_options.header_value': 'DENY',
  'routing.http.response.content_security_policy.header_value': "frame-ancestors 'none'",
};

/** The public entry, and the places behind it that the api's tasks register in. */
export interface ApiEntry {
  readonly loadBalancer: ApplicationLoadBalancer;
  readonly listener: ApplicationListener;
  readonly targetGroup: ApplicationTargetGroup;
  /** With blue/green: where the new tasks register while the old ones answer, and the rule that is switched. */
  readonly blueGreen?: { readonly alternate: ApplicationTargetGroup; readonly rule: ApplicationListenerRule };
  /** `https://api.DOMAIN`, or without a domain `http://` and the load balancer's own name. */
  readonly url: string;
}

/** The api's name: `api.` before the site's. */
export function apiDomain(site: string): string {
  return `api.${site}`;
}

/** The load balancer before the api: with a domain HTTPS, and HTTP redirected to it. */
export function makeApiEntry(stack: EnvironmentStack, vpc: IVpc): ApiEntry {
  const { environment } = stack.props;
  const loadBalancer = new ApplicationLoadBalancer(stack, 'LoadBalancer', {
    vpc,
    internetFacing: true,
    dropInvalidHeaderFields: true,
    deletionProtection: environment.protected,
  });
  acknowledge(loadBalancer, {
    'AwsSolutions-EC23': 'the load balancer is the public entry; what stands behind it is not',
    ...(environment.web.accessLogs ? {} : { 'AwsSolutions-ELB2': 'dev’s requests are logged by the api itself' }),
  });
  if (environment.web.accessLogs) logAccess(stack, loadBalancer);
  const targetGroup = makeTargetGroup(stack, 'Targets', vpc);
  const blueGreen = environment.services.deployment.strategy === 'blue-green';
  const alternate = blueGreen ? makeTargetGroup(stack, 'AlternateTargets', vpc) : undefined;
  const listener = makeListener(stack, loadBalancer, targetGroup);
  const rule = alternate
    ? new ApplicationListenerRule(stack, 'Production', {
        listener,
        priority: 1,
        conditions: [ListenerCondition.pathPatterns(['*'])],
        // ECS moves the weights when it shifts requests; the template says where they begin.
        action: ListenerAction.weightedForward([
          { targetGroup, weight: 1 },
          { targetGroup: alternate, weight: 0 },
        ]),
      })
    : undefined;
  return {
    loadBalancer,
    listener,
    targetGroup,
    ...(alternate && rule ? { blueGreen: { alternate, rule } } : {}),
    url: environment.https
      ? `https://${apiDomain(environment.https.domain)}`
      : `http://${loadBalancer.loadBalancerDnsName}`,
  };
}

function makeTargetGroup(stack: EnvironmentStack, id: string, vpc: IVpc): ApplicationTargetGroup {
  const { port, healthPath, socketPath } = stack.props.configuration.components.api;
  return new ApplicationTargetGroup(stack, id, {
    vpc,
    port,
    protocol: ApplicationProtocol.HTTP,
    targetType: TargetType.IP,
    healthCheck: {
      path: healthPath,
      interval: Duration.seconds(15),
      timeout: Duration.seconds(5),
      healthyThresholdCount: 2,
      unhealthyThresholdCount: 3,
    },
    // As long as a task has to finish what it began when it is stopped.
    deregistrationDelay: Duration.seconds(30),
    // socket.io polls over several requests, which have to meet the same task.
    ...(socketPath ? { stickinessCookieDuration: Duration.hours(1) } : {}),
  });
}

function makeListener(
  stack: EnvironmentStack,
  loadBalancer: ApplicationLoadBalancer,
  targetGroup: ApplicationTargetGroup,
): ApplicationListener {
  const { https } = stack.props.environment;
  if (!https?.zone) {
    return loadBalancer.addListener('Http', {
      port: 80,
      protocol: ApplicationProtocol.HTTP,
      open: true,
      defaultAction: ListenerAction.forward([targetGroup]),
    });
  }
  const name = apiDomain(https.domain);
  const zone = HostedZone.fromHostedZoneAttributes(stack, 'Zone', {
    hostedZoneId: https.zone.id,
    zoneName: https.zone.name,
  });
  const listener = loadBalancer.addListener('Https', {
    port: 443,
    protocol: ApplicationProtocol.HTTPS,
    open: true,
    sslPolicy: https.tlsPolicy as SslPolicy,
    certificates: [
      new Certificate(stack, 'Certificate', { domainName: name, validation: CertificateValidation.fromDns(zone) }),
    ],
    defaultAction: ListenerAction.forward([targetGroup]),
  });
  for (const [key, value] of Object.entries(SECURITY_HEADERS)) listener.setAttribute(key, value);
  loadBalancer.addListener('Http', {
    port: 80,
    protocol: ApplicationProtocol.HTTP,
    open: true,
    defaultAction: ListenerAction.redirect({ protocol: 'HTTPS', port: '443', permanent: true }),
  });
  new ARecord(stack, 'Record', {
    zone,
    recordName: `${name}.`,
    target: RecordTarget.fromAlias(new LoadBalancerTarget(loadBalancer)),
  });
  return listener;
}

/** Access logs of a load balancer go to a bucket with S3's own key: it writes with no other (Elastic Load Balancing User Guide, "Enable access logs"). */
function logAccess(stack: EnvironmentStack, loadBalancer: ApplicationLoadBalancer): void {
  const { environment } = stack.props;
  const bucket = new Bucket(stack, 'AccessLogs', {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    lifecycleRules: [
      { expiration: Duration.days(environment.logDays), abortIncompleteMultipartUploadAfter: Duration.days(7) },
    ],
    removalPolicy: RemovalPolicy.RETAIN,
  });
  acknowledge(bucket, {
    'AwsSolutions-S1': 'the bucket holds the access logs; logging access to them would never end',
  });
  loadBalancer.logAccessLogs(bucket);
}
