import { contextOf } from '../../engine/iam/judgement/context';
import { denialText } from '../../engine/iam/decision/denial';
import { evaluate, type AppliedPolicies, type NamedPolicy } from '../../engine/iam/decision/evaluate';
import { parsePolicy } from '../../engine/iam/policy/parse-policy';
import type { AccessRequest } from '../../engine/iam/decision/request';
import type { DocumentKind } from '../../engine/iam/policy/policy';

const ROLE = 'arn:aws:iam::111111111111:role/deploy/Build';
const KEY = 'arn:aws:kms:eu-west-1:111111111111:key/1';
const QUEUE = 'arn:aws:sqs:eu-west-1:111111111111:jobs';

function policy(kind: DocumentKind, ...statements: object[]): NamedPolicy {
  const parsed = parsePolicy({ Version: '2012-10-17', Statement: statements }, kind);
  if (!parsed.policy) throw new Error(JSON.stringify(parsed.problems));
  return { name: kind, policy: parsed.policy };
}

const allow = (action: string, resource: string, more: object = {}) => ({
  Effect: 'Allow',
  Action: action,
  Resource: resource,
  ...more,
});
const identity = (...statements: object[]): AppliedPolicies => ({
  identity: statements.length ? [policy('identity', ...statements)] : [],
});

function request(
  action: string,
  resource: string,
  more: Partial<AccessRequest> = {},
  keys: Record<string, string[]> = {},
): AccessRequest {
  return {
    caller: { type: 'role', roleArn: ROLE, account: '111111111111', sessionName: 'one' },
    action,
    resource,
    resourceAccount: '111111111111',
    context: { values: new Map(Object.entries(keys)) },
    ...more,
  };
}

function says(asked: AccessRequest, policies: AppliedPolicies): string {
  const decision = evaluate(asked, policies);
  if (decision.result === 'not known') return `not known: ${decision.reasons.join('; ')}`;
  return decision.result === 'allowed' ? 'allowed' : denialText(asked, decision);
}

const head = 'User: arn:aws:sts::111111111111:assumed-role/Build/one is not authorized to perform:';

test('nothing is allowed that no policy allows, and AWS’s sentence says so', () => {
  expect(says(request('sqs:SendMessage', QUEUE), identity())).toBe(
    `${head} sqs:SendMessage on resource: ${QUEUE} because no identity-based policy allows the sqs:SendMessage action`,
  );
});

test('an explicit deny wins, in every kind of policy', () => {
  const deny = { ...allow('sqs:*', '*'), Effect: 'Deny' };
  const allowed = allow('sqs:*', '*');
  const asked = request('sqs:SendMessage', QUEUE);
  expect(says(asked, identity(allowed, deny))).toContain('with an explicit deny in an identity-based policy');
  expect(says(asked, { ...identity(allowed), boundary: policy('identity', allowed, deny) })).toContain(
    'with an explicit deny in a permissions boundary',
  );
  expect(says(asked, { ...identity(allowed), session: [policy('identity', allowed, deny)] })).toContain(
    'with an explicit deny in a session policy',
  );
  expect(says(asked, { ...identity(allowed), resource: policy('resource', { ...deny, Principal: '*' }) })).toContain(
    'with an explicit deny in a resource-based policy',
  );
});

test('a boundary and a session policy allow nothing, they limit', () => {
  const asked = request('sqs:SendMessage', QUEUE);
  const other = policy('identity', allow('s3:*', '*'));
  expect(says(asked, { identity: [], boundary: policy('identity', allow('*', '*')) })).toContain(
    'no identity-based policy',
  );
  expect(says(asked, { ...identity(allow('*', '*')), boundary: other })).toContain('no permissions boundary allows');
  expect(says(asked, { ...identity(allow('*', '*')), session: [other] })).toContain('no session policy allows');
});

test('in one account the resource’s policy is enough; across accounts both sides have to allow', () => {
  const resource = policy('resource', allow('sqs:SendMessage', QUEUE, { Principal: { AWS: ROLE } }));
  expect(says(request('sqs:SendMessage', QUEUE), { identity: [], resource })).toBe('allowed');
  const across = request('sqs:SendMessage', QUEUE.replace('111111111111', '222222222222'), {
    resourceAccount: '222222222222',
  });
  const there = policy(
    'resource',
    allow('sqs:SendMessage', '*', { Principal: { AWS: 'arn:aws:iam::111111111111:root' } }),
  );
  expect(says(across, { identity: [], resource: there })).toContain('no identity-based policy');
  expect(says(across, identity(allow('sqs:*', '*')))).toContain('no resource-based policy allows');
  expect(says(across, { ...identity(allow('sqs:*', '*')), resource: there })).toBe('allowed');
});

test('a key asks its own policy: IAM alone gives nothing, the account’s statement hands it to IAM', () => {
  const asked = request('kms:Decrypt', KEY);
  const account = policy('resource', allow('kms:*', '*', { Principal: { AWS: 'arn:aws:iam::111111111111:root' } }));
  const nobody = policy(
    'resource',
    allow('kms:*', '*', { Principal: { AWS: 'arn:aws:iam::111111111111:role/Admin' } }),
  );
  expect(says(asked, { ...identity(allow('kms:*', '*')), resource: nobody })).toContain(
    'no resource-based policy allows the kms:Decrypt action',
  );
  expect(says(asked, { identity: [], resource: account })).toContain(
    'no identity-based policy allows the kms:Decrypt action',
  );
  expect(says(asked, { ...identity(allow('kms:*', '*')), resource: account })).toBe('allowed');
  expect(
    says(asked, {
      identity: [],
      resource: policy('resource', allow('kms:Decrypt', '*', { Principal: { AWS: ROLE } })),
    }),
  ).toBe('allowed');
});

test('a role is assumed by whom its trust policy names; the account’s statement hands it to IAM', () => {
  const asked = request('sts:AssumeRole', 'arn:aws:iam::222222222222:role/Deploy', { resourceAccount: '222222222222' });
  const trust = (principal: object) =>
    policy('trust', { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: principal });
  const may = identity(allow('sts:AssumeRole', 'arn:aws:iam::222222222222:role/Deploy'));
  expect(says(asked, { ...may, resource: trust({ AWS: '333333333333' }) })).toContain(
    'because no role trust policy allows the sts:AssumeRole action',
  );
  expect(says(asked, { ...may, resource: trust({ AWS: '111111111111' }) })).toBe('allowed');
  const service = { ...asked, caller: { type: 'service' as const, name: 'codebuild.amazonaws.com' } };
  expect(says(service, { identity: [], resource: trust({ Service: 'codebuild.amazonaws.com' }) })).toBe('allowed');
  expect(says(service, { identity: [], resource: trust({ Service: 'codepipeline.amazonaws.com' }) })).toContain(
    'no role trust policy',
  );
});

test('what Bool compares is true or false: every other text is false, as the CDK’s own trust relies on', () => {
  const trust = (value: string): AppliedPolicies => ({
    identity: [],
    resource: policy('trust', {
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::111111111111:root' },
      Action: 'sts:AssumeRole',
      Condition: { Bool: { 'aws:ViaAWSService': value } },
    }),
  });
  const told = (values: AppliedPolicies, via: string): string =>
    says(
      request('sts:AssumeRole', ROLE, {
        context: contextOf(request('a:b', ROLE).caller, 'sts:AssumeRole', ROLE, '111111111111', {
          ...{ own: { 'aws:ViaAWSService': via }, tags: {}, inNetwork: false },
        }),
      }),
      { ...values, identity: identity(allow('sts:AssumeRole', ROLE)).identity },
    );
  expect(told(trust('codepipeline.amazonaws.com'), 'false')).toBe('allowed');
  expect(told(trust('false'), 'false')).toBe('allowed');
  expect(told(trust('true'), 'false')).toContain('is not authorized');
  expect(told(trust('codepipeline.amazonaws.com'), 'true')).toContain('is not authorized');
  const always = contextOf(request('a:b', ROLE).caller, 'sts:AssumeRole', ROLE, '111111111111', {
    ...{ own: {}, tags: {}, inNetwork: false },
  });
  expect(always.values.get('aws:viaawsservice')).toEqual(['false']);
});

test('what could not be judged is neither allowed nor denied', () => {
  const asked = request('sqs:SendMessage', QUEUE, {
    context: {
      values: new Map(),
      unknown: (key) => (key === 'aws:sourcevpc' ? 'the rehearsal has no VPC' : undefined),
    },
  });
  const inVpc = { Condition: { StringEquals: { 'aws:SourceVpc': 'vpc-1' } } };
  expect(says(asked, identity(allow('sqs:*', '*', inVpc)))).toBe(
    'not known: condition key aws:SourceVpc: the rehearsal has no VPC',
  );
  expect(says(asked, identity(allow('sqs:*', '*'), { ...allow('sqs:*', '*', inVpc), Effect: 'Deny' }))).toContain(
    'not known',
  );
  expect(says(asked, identity(allow('sqs:*', '*', inVpc), allow('sqs:*', QUEUE)))).toBe('allowed');
  expect(says(asked, identity(allow('s3:*', '*', inVpc)))).toContain('no identity-based policy');
  const unread = [{ kind: 'identity' as const, name: 'arn:aws:iam::aws:policy/X', reason: 'it is not known here' }];
  expect(says(asked, { identity: [], unread })).toContain('not known: policy arn:aws:iam::aws:policy/X');
  expect(says(asked, { ...identity(allow('sqs:*', '*')), unread })).toContain('not known');
});

test('of a value of which only the beginning is known, a pattern takes all that begin so, none, or it is not known which', () => {
  const why = 'the task’s id is AWS’s own';
  const begins = new Map([['aws:sourcearn', { begins: 'arn:aws:ecs:eu-west-1:111111111111:', why }]]);
  const asked = request('sqs:SendMessage', QUEUE, { context: { values: new Map(), begins } });
  const told = (operator: string, value: string) =>
    says(asked, identity(allow('sqs:*', '*', { Condition: { [operator]: { 'aws:SourceArn': value } } })));
  const open = `not known: condition key aws:SourceArn: ${why}`;
  for (const operator of ['ArnLike', 'ArnEquals', 'StringLike']) {
    expect(told(operator, 'arn:aws:ecs:eu-west-1:111111111111:*')).toBe('allowed');
    expect(told(operator, 'arn:aws:ecs:*:111111111111:*')).toBe('allowed');
    expect(told(operator, 'arn:aws:ecs:eu-west-1:222222222222:*')).toContain('no identity-based policy');
    expect(told(operator, 'arn:aws:ecs:eu-west-1:111111111111:cluster/web')).toBe(open);
    expect(told(operator, 'arn:aws:ecs:*:111111111111:task/?*')).toBe(open);
  }
  expect(told('StringEquals', 'arn:aws:ecs:eu-west-1:111111111111:*')).toBe(open);
  expect(told('StringEquals', 'arn:aws:ecs:eu-west-1:111111111111:')).toContain('no identity-based policy');
  expect(told('ArnNotLike', 'arn:aws:ecs:eu-west-1:222222222222:*')).toBe('allowed');
  expect(told('Null', 'false')).toBe('allowed');
});

test('a * inside a part of an ARN runs over no colon as far as AWS says; at a part’s end it may', () => {
  const stream = 'arn:aws:logs:eu-west-1:111111111111:log-group:/app/x:log-stream:one';
  const asked = request('logs:PutLogEvents', stream);
  expect(says(asked, identity(allow('logs:*', 'arn:aws:logs:*:111111111111:log-group:/app/*')))).toBe('allowed');
  expect(says(asked, identity(allow('logs:*', 'arn:aws:logs:*:111111111111:log-group:/app/*:*')))).toBe('allowed');
  expect(says(asked, identity(allow('logs:*', 'arn:aws:logs:*:111111111111:log-group:/ap*one')))).toContain(
    'not known',
  );
});

test('a NotPrincipal leaves a session out if its account, its role and itself are named', () => {
  const asked = request('sqs:SendMessage', QUEUE);
  const SESSION = 'arn:aws:sts::111111111111:assumed-role/Build/one';
  const but = (...names: string[]): AppliedPolicies => ({
    ...identity(allow('sqs:*', '*')),
    resource: policy('resource', { Effect: 'Deny', Action: 'sqs:*', Resource: '*', NotPrincipal: { AWS: names } }),
  });
  expect(says(asked, but('arn:aws:iam::111111111111:root', ROLE, SESSION))).toBe('allowed');
  expect(says(asked, but('arn:aws:iam::222222222222:root'))).toContain('explicit deny in a resource-based policy');
  expect(says(asked, but(ROLE))).toContain('not known');
  expect(
    says(asked, {
      ...but('arn:aws:iam::111111111111:root', ROLE, SESSION),
      boundary: policy('identity', allow('*', '*')),
    }),
  ).toContain('explicit deny');
});
