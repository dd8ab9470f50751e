import { RecordedRequests } from '../../engine/endpoint/recorded-requests';
import type { AwsRequest } from '../../engine/ports/aws-request';
import type { StackLedger } from '../../engine/ports/ledger';

const resource = (type: string, physicalId: string, standing: 'real' | 'recorded') => ({ type, physicalId, standing });
const STACK = {
  account: '111111111111',
  resources: {
    Artifacts: resource('AWS::S3::Bucket', 'saiondo-artifacts', 'real'),
    ArtifactsPolicy: resource('AWS::S3::BucketPolicy', 'saiondo-artifacts', 'recorded'),
    Site: resource('AWS::CloudFront::Distribution', 'E1AAAAAAAAAAAA', 'recorded'),
  },
};
const ledger = { list: () => [STACK] } as unknown as StackLedger;
const request = (url: string): AwsRequest =>
  ({
    principal: { actor: 'build:1' },
    account: '111111111111',
    url,
    body: Buffer.from(''),
  }) as unknown as AwsRequest;

test.each<[string, string, string, boolean]>([
  [
    'a distribution that AWS has',
    '/2020-05-31/distribution/E1AAAAAAAAAAAA',
    'An error occurred (NoSuchDistribution) when',
    true,
  ],
  [
    'an exception of that name',
    '/2020-05-31/distribution/E1AAAAAAAAAAAA',
    'ResourceNotFoundException: it is not there',
    true,
  ],
  [
    'a bucket that is here, with its policy',
    '/saiondo-artifacts/records/x.json',
    'An error occurred (NoSuchKey) when',
    false,
  ],
  [
    'a test that Jest cannot load',
    '/2020-05-31/distribution/E1AAAAAAAAAAAA',
    'at Resolver._throwModNotFoundError (resolver.js)',
    false,
  ],
  [
    'a module that Python has not',
    '/2020-05-31/distribution/E1AAAAAAAAAAAA',
    "ModuleNotFoundError: No module named 'x'",
    false,
  ],
])('a build that failed: %s', (_name, url, line, behind) => {
  const recorded = new RecordedRequests(ledger);
  recorded.hear(request(url), 404);
  expect(recorded.behind('build:1', ['…', line]) !== undefined).toBe(behind);
});
