import { list, object, text } from '../account/json';
import { atDeployment, type StandingCalls } from './standing-call';

/**
 * The account from which Elastic Load Balancing writes access logs, by region (Elastic Load Balancing User Guide, "Enable access logs for your Application
 * Load Balancer": regions that were available before August 2022).
 */
const ACCOUNTS: Readonly<Record<string, string>> = {
  'af-south-1': '098369216593',
  'ap-east-1': '754344448648',
  'ap-northeast-1': '582318560864',
  'ap-northeast-2': '600734575887',
  'ap-northeast-3': '383597477331',
  'ap-south-1': '718504428378',
  'ap-southeast-1': '114774131450',
  'ap-southeast-2': '783225319266',
  'ap-southeast-3': '589379963580',
  'ca-central-1': '985666609251',
  'eu-central-1': '054676820928',
  'eu-north-1': '897822967062',
  'eu-south-1': '635631232127',
  'eu-west-1': '156460612806',
  'eu-west-2': '652711504416',
  'eu-west-3': '009996457667',
  'me-south-1': '076674570225',
  'sa-east-1': '507241528517',
  'us-east-1': '127311923021',
  'us-east-2': '033677994240',
  'us-west-1': '027434742980',
  'us-west-2': '797873946194',
};

/** Elastic Load Balancing's access log of an application load balancer: it is tried when the log is turned on ("Access Denied for bucket"). */
export const balancerCalls: StandingCalls = ({ resource: { properties, stack } }) => {
  const settings = new Map(
    list(properties.LoadBalancerAttributes).map((one) => [text(object(one).Key), text(object(one).Value)]),
  );
  const bucket = settings.get('access_logs.s3.bucket') ?? '';
  const account = ACCOUNTS[stack.region];
  if (settings.get('access_logs.s3.enabled') !== 'true' || bucket === '' || text(properties.Type) === 'network')
    return [];
  const prefix = settings.get('access_logs.s3.prefix') ?? '';
  return atDeployment([
    {
      by: account ? `arn:aws:iam::${account}:root` : 'logdelivery.elasticloadbalancing.amazonaws.com',
      // The newer service principal will do as well, in every region.
      ...(account ? { orBy: 'logdelivery.elasticloadbalancing.amazonaws.com' } : {}),
      action: 's3:PutObject',
      resource: `arn:aws:s3:::${bucket}/${prefix === '' ? '' : `${prefix}/`}AWSLogs/${stack.account}/ELBAccessLogTestFile`,
      why: 'to write the access log of the load balancer',
      source: 'Elastic Load Balancing User Guide, "Enable access logs for your Application Load Balancer"',
    },
  ]);
};
