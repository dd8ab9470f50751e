// Days until a certificate ends, as a metric in the function's own log (CloudWatch User Guide, "Specification: Embedded metric format").
// One that cannot be read counts as ended: a false alarm is better than none.
const { ACMClient, DescribeCertificateCommand } = require('@aws-sdk/client-acm');

const DAY = 24 * 60 * 60 * 1000;

exports.handler = async () => {
  const { CERTIFICATE: CertificateArn, NAMESPACE: Namespace } = process.env;
  let days = 0;
  let reason;
  try {
    const acm = new ACMClient({ region: CertificateArn.split(':')[3] });
    const { Certificate } = await acm.send(new DescribeCertificateCommand({ CertificateArn }));
    if (Certificate.NotAfter) days = Math.floor((Certificate.NotAfter.getTime() - Date.now()) / DAY);
    else reason = `it is ${Certificate.Status}`;
  } catch (error) {
    reason = `${error.name}: ${error.message}`;
  }
  const CloudWatchMetrics = [{ Namespace, Dimensions: [['CertificateArn']], Metrics: [{ Name: 'DaysToExpiry' }] }];
  // Not by console.log, which writes time and request before the line.
  process.stdout.write(
    `${JSON.stringify({ _aws: { Timestamp: Date.now(), CloudWatchMetrics }, CertificateArn, DaysToExpiry: days, reason })}\n`,
  );
};
