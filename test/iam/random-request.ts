import * as fc from 'fast-check';

/** A request with policies, in the shape that both evaluations are given. All of it is small, so that things match often. */
export interface RandomRequest {
  readonly caller: string;
  readonly action: string;
  readonly resource: string;
  readonly resourceAccount: string;
  readonly context: Readonly<Record<string, string | readonly string[]>>;
  readonly identity: readonly Json[];
  readonly boundary?: Json;
  readonly session?: Json;
  readonly resourcePolicy?: Json;
}

type Json = Record<string, unknown>;

const ROLE = 'arn:aws:iam::111111111111:role/deploy/Build';
const SESSION = 'arn:aws:sts::111111111111:assumed-role/Build/one';
const USER = 'arn:aws:iam::111111111111:user/ana';

/** Callers; a session's role has no path here, because the second opinion derives the role's ARN from the session's. */
const callers = ['arn:aws:sts::111111111111:assumed-role/Build/one', USER];

const targets = [
  {
    service: 's3',
    actions: ['s3:GetObject', 's3:PutObject'],
    resources: ['arn:aws:s3:::bucket/a/b.txt', 'arn:aws:s3:::bucket/team-x/k'],
  },
  { service: 's3', actions: ['s3:ListBucket'], resources: ['arn:aws:s3:::bucket'] },
  {
    service: 'kms',
    actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
    resources: ['arn:aws:kms:eu-west-1:ACCOUNT:key/11111111-2222-3333-4444-555555555555'],
  },
  { service: 'sqs', actions: ['sqs:SendMessage'], resources: ['arn:aws:sqs:eu-west-1:ACCOUNT:queue'] },
  {
    service: 'secretsmanager',
    actions: ['secretsmanager:GetSecretValue'],
    resources: ['arn:aws:secretsmanager:eu-west-1:ACCOUNT:secret:app/dev-AbCdEf'],
  },
  { service: 'sts', actions: ['sts:AssumeRole'], resources: ['arn:aws:iam::ACCOUNT:role/Other'] },
];

const keys = [
  'aws:PrincipalTag/team',
  'aws:RequestTag/stage',
  'aws:SourceIp',
  'aws:CurrentTime',
  'aws:SecureTransport',
  'aws:MultiFactorAuthAge',
  'aws:SourceArn',
  'aws:TagKeys',
] as const;

const values: Readonly<Record<(typeof keys)[number], readonly string[]>> = {
  'aws:PrincipalTag/team': ['x', 'X', 'y', 'xy', ''],
  'aws:RequestTag/stage': ['dev', 'Dev', 'prod', 'x'],
  'aws:SourceIp': ['10.0.0.1', '10.1.0.1', '2001:db8::1'],
  'aws:CurrentTime': ['2026-01-01T00:00:00Z', '2026-06-01T12:00:00Z'],
  'aws:SecureTransport': ['true', 'false'],
  'aws:MultiFactorAuthAge': ['10', '100', '9.5'],
  'aws:SourceArn': ['arn:aws:s3:::bucket', 'arn:aws:sns:eu-west-1:111111111111:topic'],
  'aws:TagKeys': ['stage', 'team', 'x'],
};

const wanted: Readonly<Record<(typeof keys)[number], readonly string[]>> = {
  'aws:PrincipalTag/team': [
    'x',
    'y',
    'x*',
    '?',
    '*',
    '${aws:RequestTag/stage}',
    "${aws:RequestTag/stage, 'x'}",
    '${*}',
  ],
  'aws:RequestTag/stage': ['dev', 'p*', '${aws:PrincipalTag/team}', 'd?v'],
  'aws:SourceIp': ['10.0.0.0/16', '10.0.0.1', '2001:db8::/32', '0.0.0.0/0'],
  'aws:CurrentTime': ['2026-01-01T00:00:00Z', '2026-03-01T00:00:00Z', '1767225600'],
  'aws:SecureTransport': ['true', 'false', 'True'],
  'aws:MultiFactorAuthAge': ['10', '50', '9.5'],
  'aws:SourceArn': ['arn:aws:s3:::bucket', 'arn:aws:s3:::*', 'arn:aws:sns:*:111111111111:t*', 'arn:aws:*:*:*:topic'],
  'aws:TagKeys': ['stage', 'team', 't*'],
};

const operators: Readonly<Record<(typeof keys)[number], readonly string[]>> = {
  'aws:PrincipalTag/team': [
    'StringEquals',
    'StringNotEquals',
    'StringLike',
    'StringNotLike',
    'StringEqualsIgnoreCase',
    'StringNotEqualsIgnoreCase',
  ],
  'aws:RequestTag/stage': ['StringEquals', 'StringNotEquals', 'StringLike', 'StringNotLike', 'StringEqualsIgnoreCase'],
  'aws:SourceIp': ['IpAddress', 'NotIpAddress'],
  'aws:CurrentTime': [
    'DateEquals',
    'DateNotEquals',
    'DateLessThan',
    'DateLessThanEquals',
    'DateGreaterThan',
    'DateGreaterThanEquals',
  ],
  'aws:SecureTransport': ['Bool'],
  'aws:MultiFactorAuthAge': [
    'NumericEquals',
    'NumericNotEquals',
    'NumericLessThan',
    'NumericLessThanEquals',
    'NumericGreaterThan',
    'NumericGreaterThanEquals',
  ],
  'aws:SourceArn': ['ArnEquals', 'ArnLike', 'ArnNotEquals', 'ArnNotLike'],
  'aws:TagKeys': [
    'ForAllValues:StringEquals',
    'ForAnyValue:StringEquals',
    'ForAllValues:StringLike',
    'ForAnyValue:StringNotEquals',
    'ForAllValues:StringNotLike',
  ],
};

const some = <T>(list: readonly T[], most = 2) =>
  fc.uniqueArray(fc.constantFrom(...list), { minLength: 1, maxLength: most });

const condition: fc.Arbitrary<Json> = fc.constantFrom(...keys).chain((key) =>
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc
        .tuple(fc.constantFrom(...operators[key]), fc.boolean(), some(wanted[key]))
        .map(([operator, ifExists, list]) => ({ [`${operator}${ifExists ? 'IfExists' : ''}`]: { [key]: list } })),
    },
    { weight: 1, arbitrary: fc.constantFrom('true', 'false').map((value) => ({ Null: { [key]: value } })) },
  ),
);

const conditions = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Json>({}) },
  {
    weight: 2,
    arbitrary: fc
      .array(condition, { minLength: 1, maxLength: 2 })
      .map((list) => ({ Condition: Object.assign({}, ...list) as Json })),
  },
);

function statement(
  target: (typeof targets)[number],
  account: string,
  principals?: fc.Arbitrary<Json>,
): fc.Arbitrary<Json> {
  const arns = target.resources.map((arn) => arn.replace('ACCOUNT', account));
  const parts = arns.flatMap((arn) => [
    arn,
    '*',
    `${arn.slice(0, -2)}*`,
    `${arn.slice(0, -1)}?`,
    arn.replace(/:[^:]*$/, ':*'),
  ]);
  const actions = [
    ...target.actions,
    `${target.service}:*`,
    '*',
    `${target.service}:Get*`,
    `${target.service.toUpperCase()}:${target.actions[0]?.split(':')[1]?.toLowerCase()}`,
    'ec2:RunInstances',
  ];
  const variable =
    target.service === 's3'
      ? ['arn:aws:s3:::bucket/team-${aws:PrincipalTag/team}/*', "arn:aws:s3:::bucket/${aws:RequestTag/stage, 'a'}/*"]
      : [];
  return fc
    .tuple(
      fc.constantFrom('Allow', 'Allow', 'Allow', 'Deny'),
      fc.tuple(fc.constantFrom('Action', 'Action', 'Action', 'NotAction'), some(actions)),
      target.service === 'sts' && principals
        ? fc.constant<readonly [string, string[]] | undefined>(undefined)
        : fc.tuple(fc.constantFrom('Resource', 'Resource', 'Resource', 'NotResource'), some([...parts, ...variable])),
      conditions,
      principals ?? fc.constant<Json>({}),
    )
    .map(([effect, [actionKey, list], resource, when, who]) => ({
      Effect: effect,
      [target.service === 'sts' && principals ? 'Action' : actionKey]:
        target.service === 'sts' && principals ? ['sts:AssumeRole'] : list,
      ...(resource ? { [resource[0]]: resource[1] } : {}),
      ...when,
      ...who,
    }));
}

const principals: fc.Arbitrary<Json> = fc.oneof(
  { weight: 1, arbitrary: fc.constant<Json>({ Principal: '*' }) },
  {
    weight: 6,
    arbitrary: some([
      ROLE.replace('deploy/', ''),
      SESSION,
      USER,
      'arn:aws:iam::111111111111:root',
      '111111111111',
      'arn:aws:iam::222222222222:root',
      'arn:aws:iam::111111111111:role/Another',
    ]).map((list) => ({ Principal: { AWS: list } })),
  },
  { weight: 1, arbitrary: fc.constant<Json>({ Principal: { Service: 'codebuild.amazonaws.com' } }) },
);

function policy(target: (typeof targets)[number], account: string, who?: fc.Arbitrary<Json>): fc.Arbitrary<Json> {
  return fc
    .tuple(
      fc.constantFrom('2012-10-17', '2012-10-17', '2008-10-17'),
      fc.array(statement(target, account, who), { minLength: 1, maxLength: 3 }),
    )
    .map(([Version, Statement]) => ({ Version, Statement }));
}

/** Requests with policies of every kind, half of them across accounts. */
export const randomRequest: fc.Arbitrary<RandomRequest> = fc
  .tuple(fc.constantFrom(...targets), fc.constantFrom('111111111111', '222222222222'), fc.constantFrom(...callers))
  .chain(([target, resourceAccount, caller]) =>
    fc.record(
      {
        caller: fc.constant(caller),
        action: fc.constantFrom(...target.actions),
        resource: fc.constantFrom(...target.resources.map((arn) => arn.replace('ACCOUNT', resourceAccount))),
        resourceAccount: fc.constant(resourceAccount),
        context: fc
          .tuple(
            ...keys.map((key) =>
              fc.option<string | readonly string[]>(
                key === 'aws:TagKeys' ? some(values[key], 3) : fc.constantFrom(...values[key]),
              ),
            ),
          )
          .map((list) =>
            Object.fromEntries(list.flatMap((value, i) => (value === null ? [] : [[keys[i] ?? '', value]]))),
          ),
        identity: fc.array(policy(target, resourceAccount), { minLength: 0, maxLength: 2 }),
        boundary: policy(target, resourceAccount),
        session: policy(target, resourceAccount),
        resourcePolicy: policy(target, resourceAccount, principals),
      },
      // A role always has a trust policy, a key a key policy.
      {
        requiredKeys: [
          'caller',
          'action',
          'resource',
          'resourceAccount',
          'context',
          'identity',
          ...(['sts', 'kms'].includes(target.service) ? (['resourcePolicy'] as const) : []),
        ],
      },
    ),
  );
