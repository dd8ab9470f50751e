import { recordedOf } from '../../engine/api/deployed/recorded-reads';
import type { AwsRequest } from '../../engine/ports/aws-request';
import type { DeployedStack } from '../../engine/ports/ledger';

const resource = (type: string, physicalId: string, standing: string) => ({
  ...{ type, physicalId, standing },
  attributes: {},
});
const stack = {
  ...{ account: '111111111111', region: 'eu-west-1', stackName: 'site' },
  resources: {
    Site: resource('AWS::S3::Bucket', 'shop-site', 'real'),
    Policy: resource('AWS::S3::BucketPolicy', 'shop-site', 'recorded'),
  },
} as unknown as DeployedStack;
const get = (url: string): AwsRequest =>
  ({
    ...{ account: '111111111111', region: 'eu-west-1', service: 's3', operation: '', method: 'GET', headers: {}, url },
    ...{ principal: { kind: 'person', account: '111111111111' }, body: Buffer.from('') },
  }) as unknown as AwsRequest;

test.each([
  ['/shop-site/index.html', 0],
  ['/shop-site?list-type=2&prefix=assets', 0],
  ['/shop-site?policy', 1],
  ['/shop-site?x-id=a&policy', 1],
])('a bucket that is here is answered, and its policy, which is only recorded, is not: %s', (url, refused) => {
  expect(recordedOf(get(url), [stack])).toHaveLength(refused);
});
