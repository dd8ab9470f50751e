import { parsePolicy } from '../../engine/iam/policy/parse-policy';
import type { DocumentKind } from '../../engine/iam/policy/policy';

const right = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' };
const of = (statement: unknown, more: object = {}) => ({ Version: '2012-10-17', Statement: [statement], ...more });

/** `message | path`, of every problem. */
function problems(document: unknown, kind: DocumentKind = 'identity'): string[] {
  return (parsePolicy(document, kind).problems ?? []).map(({ message, path }) => `${message} | ${path}`);
}

const malformed: readonly (readonly [string, unknown, string, DocumentKind?])[] = [
  ['no object', [], 'Syntax errors in policy. | '],
  ['another element', of(right, { Statements: 1 }), 'Syntax errors in policy. | Statements'],
  ['another version', { Version: '2012-10-18', Statement: [right] }, 'Syntax errors in policy. | Version'],
  ['no statement', { Version: '2012-10-17' }, 'Syntax errors in policy. | '],
  [
    'another element of a statement',
    of({ ...right, Actions: 's3:*' }),
    'Syntax errors in policy. | Statement[0].Actions',
  ],
  ['another effect', of({ ...right, Effect: 'Permit' }), 'Syntax errors in policy. | Statement[0].Effect'],
  [
    'an effect in small letters',
    of({ ...right, Effect: 'allow' }),
    'The policy failed legacy parsing | Statement[0].Effect',
  ],
  [
    'a month that does not exist',
    of({
      ...right,
      Condition: { DateGreaterThanIfExists: { 'aws:CurrentTime': ['2026-01-31T23:59:59Z', '2026-13-01'] } },
    }),
    'The policy failed legacy parsing | Statement[0].Condition.DateGreaterThanIfExists.aws:CurrentTime',
  ],
  [
    'a text that is no date',
    of({ ...right, Condition: { DateEquals: { 'aws:CurrentTime': 'tomorrow' } } }),
    'The policy failed legacy parsing | Statement[0].Condition.DateEquals.aws:CurrentTime',
  ],
  ['no action', of({ Effect: 'Allow', Resource: '*' }), 'Policy statement must contain actions. | Statement[0]'],
  [
    'an action without a service',
    of({ ...right, Action: ['s3:GetObject', 'GetObject'] }),
    'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc. | Statement[0].Action[1]',
  ],
  [
    'an action with two colons',
    of({ ...right, Action: 's3:Get:Object' }),
    'Actions/Condition can contain only one colon. | Statement[0].Action',
  ],
  [
    'a service of other characters',
    of({ ...right, Action: 's 3:GetObject' }),
    'Vendor s 3 is not valid | Statement[0].Action',
  ],
  ['no resource', of({ Effect: 'Allow', Action: 's3:*' }), 'Policy statement must contain resources. | Statement[0]'],
  [
    'a resource that is a name',
    of({ ...right, Resource: 'my-bucket' }),
    'Resource my-bucket must be in ARN format or "*". | Statement[0].Resource',
  ],
  [
    'another partition',
    of({ ...right, Resource: 'arn:asw:s3:::b' }),
    'Partition "asw" is not valid for resource "arn:asw:s3:*:*:b". | Statement[0].Resource',
  ],
  ['both of two', of({ ...right, NotResource: '*' }), 'Syntax errors in policy. | Statement[0].NotResource'],
  [
    'an operator that does not exist',
    of({ ...right, Condition: { StringEqual: { 'aws:x': 'y' } } }),
    'Syntax errors in policy. | Statement[0].Condition.StringEqual',
  ],
  [
    'Null with IfExists',
    of({ ...right, Condition: { NullIfExists: { 'aws:x': 'true' } } }),
    'Syntax errors in policy. | Statement[0].Condition.NullIfExists',
  ],
  [
    'a value that is not text',
    of({ ...right, Condition: { Bool: { 'aws:x': null } } }),
    'Syntax errors in policy. | Statement[0].Condition.Bool.aws:x',
  ],
  [
    'a principal of a role',
    of({ ...right, Principal: '*' }),
    'Policy document should not specify a principal. | Statement[0].Principal',
  ],
  [
    'a Sid of other characters',
    of({ ...right, Sid: 'Read it' }),
    'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]* | Statement[0].Sid',
  ],
  [
    'a Sid twice',
    {
      Version: '2012-10-17',
      Statement: [
        { ...right, Sid: 'A' },
        { ...right, Sid: 'A' },
      ],
    },
    'Statement IDs (SID) in a single policy must be unique. | Statement[1].Sid',
  ],
  [
    'a resource in a trust policy',
    of({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: '111111111111' }, Resource: '*' }),
    'Has prohibited field Resource. | Statement[0].Resource',
    'trust',
  ],
  [
    'another action in a trust policy',
    of({ Effect: 'Allow', Action: 's3:GetObject', Principal: { AWS: '111111111111' } }),
    'Trust Policy statement actions can only be sts:AssumeRole, sts:AssumeRoleWithSAML,  and sts:AssumeRoleWithWebIdentity | Statement[0].Action',
    'trust',
  ],
  [
    'a trust policy of nobody',
    of({ Effect: 'Allow', Action: 'sts:AssumeRole' }),
    'Missing required field Principal | Statement[0]',
    'trust',
  ],
  [
    'a principal with a wildcard',
    of({ ...right, Principal: { AWS: 'arn:aws:iam::111111111111:role/deploy-*' } }),
    'Invalid principal in policy: "AWS":"arn:aws:iam::111111111111:role/deploy-*" | Statement[0].Principal.AWS',
    'resource',
  ],
  [
    'NotPrincipal that allows',
    of({ ...right, NotPrincipal: { AWS: '111111111111' } }),
    'Allow with NotPrincipal is not allowed. | Statement[0].NotPrincipal',
    'resource',
  ],
];

test.each(malformed.map(([name, document, problem, kind = 'identity']) => ({ name, document, problem, kind })))(
  '$name is a malformed document, with its place',
  ({ document, problem, kind }) => {
    expect(problems(document, kind)).toEqual([problem]);
  },
);

test('a text that is not JSON has its line and column', () => {
  const [problem] = parsePolicy('{\n  "Version": "2012-10-17",\n  "Statement": [}\n', 'identity').problems ?? [];
  expect(problem).toMatchObject({ message: 'Syntax errors in policy.', line: 3 });
});

test('the place in a text is the value’s, and no problem hides another', () => {
  const text =
    '{\n "Version": "2012-10-17",\n "Statement": [\n  {"Effect": "Allow", "Action": "GetObject",\n   "Resource": "bucket"}\n ]\n}';
  expect(parsePolicy(text, 'identity').problems).toMatchObject([
    { path: 'Statement[0].Action', line: 4, column: 33 },
    { path: 'Statement[0].Resource', line: 5, column: 16 },
  ]);
});

test('what IAM takes is read: one statement without a list, numbers and booleans as texts, names in any case', () => {
  const { policy } = parsePolicy(
    {
      Statement: {
        ...right,
        Condition: { bool: { 'aws:SecureTransport': true }, 'forallvalues:stringlike': { 'aws:TagKeys': ['a', 1] } },
      },
    },
    'identity',
  );
  expect(policy).toEqual({
    version: '2008-10-17',
    statements: [
      {
        effect: 'Allow',
        index: 0,
        action: ['s3:GetObject'],
        resource: ['*'],
        conditions: [
          { operator: 'bool', key: 'aws:SecureTransport', values: ['true'] },
          { operator: 'forallvalues:stringlike', key: 'aws:TagKeys', values: ['a', '1'] },
        ],
      },
    ],
  });
});

test('dates are taken in every form that IAM takes', () => {
  for (const date of [
    '2026',
    '2026-01',
    '2026-01-31',
    '2026-01-31T10',
    '2026-01-31T10:00:00.5+01:00',
    '1764400000',
    '${aws:CurrentTime}',
  ])
    expect(problems(of({ ...right, Condition: { DateLessThan: { 'aws:CurrentTime': date } } }))).toEqual([]);
});

test('a key that is there twice has its place', () => {
  const text =
    '{"Version": "2012-10-17",\n"Statement": {"Effect": "Deny", "Action": "*",\n "Effect": "Allow", "Resource": "*"}}';
  expect(parsePolicy(text, 'identity').problems).toMatchObject([
    { message: 'Syntax errors in policy.', detail: 'the key "Effect" is there twice', line: 3, column: 2 },
  ]);
});
