import { Duration, type Stage } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { BELOW, runbookLink, type AlarmSpec } from './alarm-spec';
import { makeBudget } from './budget';
import { makeDashboard } from './dashboard';
import { dataAlarms } from './data-alarms';
import { EnvironmentStack, type EnvironmentProps } from './environment-stack';
import { taskStops, tellOfFailures } from './failure-events';
import { NotificationTopic } from './notification-topic';
import { observe, type Observed } from './observed';
import { serviceAlarms } from './service-alarms';
import { siteCertificateDays } from './site-certificate';
import { WorkingHours } from './working-hours';

/**
 * What an environment shows and says of itself: a dashboard and a budget; in a protected one alarms, and a word when a deployment or a
 * backup fails. The last stack of its stage: it looks at what the others hold.
 */
export class ObservabilityStack extends EnvironmentStack {
  constructor(scope: Stage, id: string, props: EnvironmentProps & { readonly key: IKey }) {
    super(scope, id, props);
    const { prefix } = this;
    const observed = observe(scope);
    const { topic } = new NotificationTopic(this, 'Notifications', props.configuration, props.name);
    const kept = props.environment.protected;
    const events = { ...props, prefix, observed, topic };
    const stops = taskStops(this, events);
    if (kept) tellOfFailures(this, events);
    const specs = [...serviceAlarms(observed), stops, ...dataAlarms(observed), ...certificateAlarms(observed)];
    const alarms = kept
      ? [...specs, ...this.siteCertificate(props.key)].map((spec) => this.makeAlarm(spec, topic))
      : [];
    makeDashboard(this, { name: prefix, observed, alarms, runbook: runbookLink(props.configuration, 'alarms') });
    makeBudget(this, { ...props, prefix, topic });
    if (props.environment.cost.hours) new WorkingHours(this, 'WorkingHours', { ...props, prefix, observed });
  }

  /** The site's certificate, where CloudFront uses one. */
  private siteCertificate(key: IKey): AlarmSpec[] {
    const { https, web } = this.props.environment;
    if (!this.props.configuration.components.web || !https?.siteCertificate || web.hosting !== 'cloudfront') return [];
    return [certificateAlarm('Site', siteCertificateDays(this, { certificateArn: https.siteCertificate, key }))];
  }

  private makeAlarm(spec: AlarmSpec, topic: ITopic): Alarm {
    const name = spec.of ? `${spec.name}-${spec.of}` : spec.name;
    const alarm = new Alarm(this, name, {
      alarmName: `${this.prefix}-${name}`,
      alarmDescription: `${spec.says} Runbook: ${runbookLink(this.props.configuration, `alarm-${spec.name}`)}`,
      metric: spec.metric,
      threshold: spec.threshold,
      comparisonOperator: spec.comparison ?? ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: spec.periods.of,
      datapointsToAlarm: spec.periods.bad,
      // What says nothing has nothing wrong; what should say something (storage, days left) stays as it was.
      treatMissingData: spec.comparison === BELOW ? TreatMissingData.MISSING : TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new SnsAction(topic));
    alarm.addOkAction(new SnsAction(topic));
    return alarm;
  }
}

function certificateAlarms({ certificates }: Observed): AlarmSpec[] {
  return certificates.map((certificate) =>
    certificateAlarm(
      certificate.node.scope?.node.id ?? certificate.node.id,
      new Metric({
        namespace: 'AWS/CertificateManager',
        metricName: 'DaysToExpiry',
        statistic: Stats.MINIMUM,
        period: Duration.days(1),
        dimensionsMap: { CertificateArn: certificate.ref },
      }),
    ),
  );
}

/** Certificates renew by themselves while their proof stands in the zone; one that is near its end did not. */
function certificateAlarm(of: string, metric: Metric): AlarmSpec {
  return {
    name: 'certificate-expiry',
    of,
    says: 'A certificate ends within 30 days: ACM renews 60 days ahead, so its renewal has failed.',
    metric,
    threshold: 30,
    comparison: BELOW,
    periods: { bad: 1, of: 1 },
  };
}
