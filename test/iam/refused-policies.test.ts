import { readPolicies } from '../../engine/iam/account/malformed';
import { documentProblems } from '../../engine/iam/judgement/judge-document';

// IAM's own words for a policy that is larger than its quota, in the place where CloudFormation meets it.
const large = (characters: number) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: [`arn:aws:s3:::${'a'.repeat(characters)}`] }],
});
const trust = (characters: number) => ({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Action: 'sts:AssumeRole',
      Principal: { Service: 'codebuild.amazonaws.com' },
      Condition: { StringEquals: { 'aws:SourceAccount': 'a'.repeat(characters) } },
    },
  ],
});
const refusal = (type: string, properties: Readonly<Record<string, unknown>>) => {
  const read = readPolicies({
    ...{ type, properties, operation: 'create', logicalId: 'One', physicalId: 'one', attributes: {} },
    ...{ account: '111111111111', region: 'eu-west-1', stackName: 'app', environment: 'Dev' },
  });
  return 'refused' in read ? read.refused : undefined;
};

test.each([
  ['AWS::IAM::ManagedPolicy', { PolicyDocument: large(6100) }, 'Cannot exceed quota for PolicySize: 6144'],
  ['AWS::IAM::Role', { AssumeRolePolicyDocument: trust(2000) }, 'Cannot exceed quota for ACLSizePerRole: 2048'],
  [
    'AWS::IAM::Role',
    {
      AssumeRolePolicyDocument: trust(12),
      Policies: ['a', 'b'].map((PolicyName) => ({ PolicyName, PolicyDocument: large(5100) })),
    },
    'Maximum policy size of 10240 bytes exceeded for role one',
  ],
  [
    'AWS::IAM::Policy',
    { Roles: ['builds'], PolicyDocument: large(10_200) },
    'Maximum policy size of 10240 bytes exceeded for role builds',
  ],
  [
    'AWS::IAM::UserPolicy',
    { UserName: 'ops', PolicyDocument: large(2000) },
    'Maximum policy size of 2048 bytes exceeded for user ops',
  ],
])('a policy of %s that is too large', (type, properties, message) => {
  expect(refusal(type, properties)).toContain(`LimitExceeded: ${message}`);
});

test('white space is not counted, and what fits is taken', () => {
  const spaced = JSON.stringify(large(5900), undefined, 40);
  expect(spaced.length).toBeGreaterThan(6144);
  expect(refusal('AWS::IAM::ManagedPolicy', { PolicyDocument: spaced })).toBeUndefined();
  expect(refusal('AWS::IAM::Policy', { Roles: ['builds'], PolicyDocument: large(10_000) })).toBeUndefined();
});

test.each([
  ['AWS::IAM::Role', 'AssumeRolePolicyDocument', 'Invalid principal in policy: "SERVICE":"codebuild" ('],
  ['AWS::S3::BucketPolicy', 'PolicyDocument', 'MalformedPolicy: Invalid principal in policy ('],
  ['AWS::KMS::Key', 'KeyPolicy', 'Policy contains a statement with one or more invalid principals. ('],
])('%s says in its own words that a service is not a principal', (type, property, words) => {
  const statement = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'codebuild' } };
  const resource = type === 'AWS::IAM::Role' ? {} : { Action: '*', Resource: '*' };
  const document = { Version: '2012-10-17', Statement: [{ ...statement, ...resource }] };
  expect(refusal(type, { [property]: document })).toContain(words);
});

const bucketPolicy = async (Statement: object) =>
  (
    await documentProblems({
      ...{ type: 'AWS::S3::BucketPolicy', operation: 'create', logicalId: 'One', physicalId: 'one', attributes: {} },
      ...{ account: '111111111111', region: 'eu-west-1', stackName: 'app', environment: 'Dev' },
      properties: {
        Bucket: 'files',
        PolicyDocument: { Version: '2012-10-17', Statement: { Effect: 'Allow', Principal: '*', ...Statement } },
      },
    })
  ).refused;

test.each([
  ['everything', { Action: 's3:*', Resource: '*' }],
  ['a bucket by a wildcard', { Action: ['s3:ListBucket', 's3:GetObject'], Resource: 'arn:aws:s3:::file*' }],
  ['another partition’s bucket', { Action: 's3:GetObject', Resource: 'arn:aws-cn:s3:::files/*' }],
  ['a variable', { Action: 's3:ListBucket', Resource: 'arn:aws:s3:::files/${aws:username}/*' }],
  ['an action with a wildcard', { Action: 's3:List*', Resource: 'arn:aws:s3:::files/*' }],
  [
    'a listing’s condition',
    { Action: 's3:ListBucket', Resource: 'arn:aws:s3:::files', Condition: { StringLike: { 's3:prefix': 'a/*' } } },
  ],
])('S3 takes a bucket policy with %s', async (_, statement) => {
  expect(await bucketPolicy(statement)).toBeUndefined();
});

test('S3 takes no bucket policy that begins as another bucket is named', async () => {
  expect(await bucketPolicy({ Action: 's3:GetObject', Resource: 'arn:aws:s3:::files-old/*' })).toContain(
    'Policy has invalid resource',
  );
  expect(await bucketPolicy({ Action: 's3:PutBucketPolicy', Resource: ['arn:aws:s3:::files/*'] })).toContain(
    'Action does not apply to any resource(s) in statement',
  );
});
