import type { AwsHandler, AwsResponse } from '../ports/aws-request';
import { accessKeyOf } from '../ports/aws-request';

/** STS: made-up credentials whose access key says the account, so that what assumes a role acts in the role's account. */
export const answerSts: AwsHandler = (request) => {
  const form = new URLSearchParams(request.body.toString('utf8'));
  const action = form.get('Action');
  const answer = (result: string): AwsResponse => ({
    status: 200,
    headers: { 'content-type': 'text/xml' },
    body: `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result>${result}</${action}Result><ResponseMetadata><RequestId>rehearsal</RequestId></ResponseMetadata></${action}Response>`,
  });
  if (action === 'GetCallerIdentity') {
    return answer(
      `<Arn>arn:aws:sts::${request.account}:assumed-role/rehearsal/rehearsal</Arn><UserId>AROA:rehearsal</UserId><Account>${request.account}</Account>`,
    );
  }
  if (action === 'AssumeRole') {
    const role = /^arn:aws:iam::(\d{12}):role\/([\w+=,.@/-]+)$/.exec(form.get('RoleArn') ?? '');
    if (!role) return undefined;
    const expires = new Date(Date.now() + 12 * 3600 * 1000).toISOString();
    return answer(
      `<AssumedRoleUser><Arn>arn:aws:sts::${role[1]}:assumed-role/${role[2]}/rehearsal</Arn><AssumedRoleId>AROA:rehearsal</AssumedRoleId></AssumedRoleUser>` +
        `<Credentials><AccessKeyId>${accessKeyOf(role[1] ?? '')}</AccessKeyId><SecretAccessKey>rehearsal</SecretAccessKey><SessionToken>rehearsal</SessionToken><Expiration>${expires}</Expiration></Credentials>`,
    );
  }
  return undefined;
};
