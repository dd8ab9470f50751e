// Longer than 300 lines: one function an element of a policy, in the order of the grammar.
import { actionFormatProblem, isAwsPrincipal, isServicePrincipal, resourceFormatProblem } from './element-format';
import { operatorNames, operatorOf } from './operators';
import { pathText, placeOf, repeatedKeys, syntaxPlace, type Path, type PolicyProblem } from './policy-problem';
import type { Condition, DocumentKind, Policy, PrincipalElement, PrincipalType, Statement } from './policy';
import { nearest } from '../../../model/nearest';

/** A policy that IAM takes, or why IAM answers MalformedPolicyDocument: every problem, not the first alone. */
export type ParsedPolicy =
  | { readonly policy: Policy; readonly problems?: undefined }
  | { readonly policy?: undefined; readonly problems: readonly [PolicyProblem, ...PolicyProblem[]] };

const syntax = 'Syntax errors in policy.';
const topElements = ['Version', 'Id', 'Statement'];
const statementElements = [
  'Sid',
  'Effect',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Principal',
  'NotPrincipal',
  'Condition',
];
const principalTypes: readonly PrincipalType[] = ['AWS', 'Service', 'Federated', 'CanonicalUser'];
const trustActions = new Set(
  [
    'AssumeRole',
    'AssumeRoleWithSAML',
    'AssumeRoleWithWebIdentity',
    'TagSession',
    'SetSourceIdentity',
    'SetContext',
  ].map((name) => `sts:${name}`.toLowerCase()),
);

type Say = (path: Path, detail: string, message?: string) => void;
type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * A policy document as IAM reads it (IAM User Guide, "Grammar of the IAM JSON policy language").
 * @param document its JSON text, or the object that a template holds
 * @param kind what it is attached to: `Principal` belongs to trust and resource policies, `Resource` to all others
 */
export function parsePolicy(document: unknown, kind: DocumentKind): ParsedPolicy {
  const problems: PolicyProblem[] = [];
  const text = typeof document === 'string' ? document : undefined;
  const say: Say = (path, detail, message = syntax) => {
    const place = text === undefined ? undefined : placeOf(text, path);
    problems.push({ message, detail, path: pathText(path), ...place });
  };
  const policy = read(text === undefined ? document : json(text, problems), kind, say, problems);
  const [first, ...rest] = problems;
  return first ? { problems: [first, ...rest] } : { policy };
}

function json(text: string, problems: PolicyProblem[]): unknown {
  try {
    const document = JSON.parse(text) as unknown;
    // "The individual elements must not contain multiple instances of the same key" (same page). JSON.parse keeps the last one and says nothing.
    for (const { key, ...place } of repeatedKeys(text))
      problems.push({ message: syntax, detail: `the key ${key} is there twice`, path: '', ...place });
    return document;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    problems.push({
      message: syntax,
      detail: `the document is not JSON: ${message}`,
      path: '',
      ...syntaxPlace(text, message),
    });
    return undefined;
  }
}

function read(document: unknown, kind: DocumentKind, say: Say, problems: readonly PolicyProblem[]): Policy {
  const nothing: Policy = { version: '2008-10-17', statements: [] };
  if (problems.length > 0) return nothing;
  if (!isObject(document)) {
    say(
      [],
      `a policy is a JSON object, not ${Array.isArray(document) ? 'a list' : document === null ? 'null' : typeof document}`,
    );
    return nothing;
  }
  for (const key of Object.keys(document)) {
    if (!topElements.includes(key)) say([key], `a policy has no element "${key}"; it has ${topElements.join(', ')}`);
  }
  const version = document.Version ?? '2008-10-17';
  if (version !== '2008-10-17' && version !== '2012-10-17') {
    say(['Version'], `the version is "2012-10-17" or "2008-10-17", not ${JSON.stringify(version)}`);
  }
  if (document.Id !== undefined && typeof document.Id !== 'string') say(['Id'], 'the Id is a text');
  const single = isObject(document.Statement);
  const list = single ? [document.Statement] : document.Statement;
  if (!Array.isArray(list) || list.length === 0) {
    say(document.Statement === undefined ? [] : ['Statement'], 'a policy has a Statement, or a list of them');
    return nothing;
  }
  const statements = list.map((statement: unknown, index) =>
    readStatement(statement, index, single ? ['Statement'] : ['Statement', index], kind, say),
  );
  const seen = new Set<string>();
  for (const { sid, index } of statements) {
    if (!sid) continue;
    if (seen.has(sid)) {
      say(
        ['Statement', index, 'Sid'],
        `two statements have the Sid "${sid}"`,
        'Statement IDs (SID) in a single policy must be unique.',
      );
    }
    seen.add(sid);
  }
  return { version: version === '2012-10-17' ? version : '2008-10-17', statements };
}

function readStatement(value: unknown, index: number, path: Path, kind: DocumentKind, say: Say): Statement {
  if (!isObject(value)) {
    say(path, 'a statement is a JSON object');
    return { effect: 'Deny', index, conditions: [] };
  }
  for (const key of Object.keys(value)) {
    if (!statementElements.includes(key)) {
      const guess = nearest(key, statementElements);
      say([...path, key], `a statement has no element "${key}"${guess ? `: did you mean ${guess}?` : ''}`);
    }
  }
  if (value.Effect !== 'Allow' && value.Effect !== 'Deny') {
    const other = typeof value.Effect === 'string' && /^(allow|deny)$/i.test(value.Effect);
    say(
      value.Effect === undefined ? path : [...path, 'Effect'],
      `the Effect is "Allow" or "Deny", not ${JSON.stringify(value.Effect)}`,
      ...(other ? ['The policy failed legacy parsing'] : []),
    );
  }
  if (value.Sid !== undefined && typeof value.Sid !== 'string') say([...path, 'Sid'], 'the Sid is a text');
  if (kind === 'identity' && typeof value.Sid === 'string' && !/^[0-9A-Za-z]*$/.test(value.Sid)) {
    say(
      [...path, 'Sid'],
      `"${value.Sid}" has other characters`,
      'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
    );
  }
  const strings = (key: string) => texts(value[key], [...path, key], say);
  const action = strings('Action');
  const notAction = strings('NotAction');
  const resource = strings('Resource');
  const notResource = strings('NotResource');
  for (const [one, other] of [
    ['Action', 'NotAction'],
    ['Resource', 'NotResource'],
    ['Principal', 'NotPrincipal'],
  ] as const) {
    if (value[one] !== undefined && value[other] !== undefined)
      say([...path, other], `a statement has ${one} or ${other}, not both`);
  }
  if (!action?.length && !notAction?.length) say(path, 'Action is missing', 'Policy statement must contain actions.');
  checkActions({ Action: action, NotAction: notAction }, kind, path, say);
  checkResources({ Resource: resource, NotResource: notResource }, kind, path, say);
  const principal = readPrincipal(value.Principal, [...path, 'Principal'], say);
  const notPrincipal = readPrincipal(value.NotPrincipal, [...path, 'NotPrincipal'], say);
  checkPrincipals(value, kind, path, say);
  return {
    effect: value.Effect === 'Allow' ? 'Allow' : 'Deny',
    index,
    ...(typeof value.Sid === 'string' && value.Sid ? { sid: value.Sid } : {}),
    ...(action ? { action } : {}),
    ...(notAction ? { notAction } : {}),
    ...(resource ? { resource } : {}),
    ...(notResource ? { notResource } : {}),
    ...(principal ? { principal } : {}),
    ...(notPrincipal ? { notPrincipal } : {}),
    conditions: readConditions(value.Condition, [...path, 'Condition'], say),
  };
}

function texts(value: unknown, path: Path, say: Say): readonly string[] | undefined {
  if (value === undefined) return undefined;
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.flatMap((entry, i) => {
    if (typeof entry === 'string') return [entry];
    say(Array.isArray(value) ? [...path, i] : path, `a text was expected here, not ${JSON.stringify(entry)}`);
    return [];
  });
}

type Lists = Readonly<Record<string, readonly string[] | undefined>>;

function each(lists: Lists, path: Path, check: (entry: string, at: Path) => void): void {
  for (const [key, list] of Object.entries(lists)) {
    list?.forEach((entry, i) => check(entry, list.length === 1 ? [...path, key] : [...path, key, i]));
  }
}

function checkActions(lists: Lists, kind: DocumentKind, path: Path, say: Say): void {
  each(lists, path, (action, at) => {
    const wrong = actionFormatProblem(action);
    if (wrong) say(at, `"${action}" is not service:action`, wrong);
    else if (
      kind === 'trust' &&
      !trustActions.has(action.toLowerCase()) &&
      action.toLowerCase() !== 'sts:*' &&
      action !== '*'
    ) {
      say(
        at,
        `"${action}" is not an action of a trust policy`,
        'Trust Policy statement actions can only be sts:AssumeRole, sts:AssumeRoleWithSAML,  and sts:AssumeRoleWithWebIdentity',
      );
    }
  });
}

function checkResources(lists: Lists, kind: DocumentKind, path: Path, say: Say): void {
  const present = Object.entries(lists).filter(([, list]) => list !== undefined);
  if (kind === 'trust') {
    for (const [key] of present)
      say([...path, key], 'a trust policy belongs to its role: it names no resource', 'Has prohibited field Resource.');
    return;
  }
  if (kind === 'identity' && !present.some(([, list]) => list?.length)) {
    say(path, 'Resource is missing', 'Policy statement must contain resources.');
  }
  each(lists, path, (resource, at) => {
    const wrong = resourceFormatProblem(resource, kind);
    if (wrong) say(at, `"${resource}" is not the ARN of a resource`, wrong);
  });
}

function checkPrincipals(value: Json, kind: DocumentKind, path: Path, say: Say): void {
  const has = value.Principal !== undefined || value.NotPrincipal !== undefined;
  if (kind === 'identity' && has) {
    say(
      [...path, value.Principal === undefined ? 'NotPrincipal' : 'Principal'],
      'the principal is who the policy is attached to',
      'Policy document should not specify a principal.',
    );
  }
  if (kind !== 'identity' && !has) say(path, 'Principal is missing', 'Missing required field Principal');
  if (kind === 'trust' && value.NotPrincipal !== undefined) {
    say(
      [...path, 'NotPrincipal'],
      'a trust policy takes no NotPrincipal',
      'AssumeRolepolicy contained an invalid principal: "NOT_PRINCIPAL".',
    );
  }
  if (value.NotPrincipal !== undefined && value.Effect === 'Allow') {
    say(
      [...path, 'NotPrincipal'],
      'NotPrincipal goes with "Effect": "Deny" only',
      'Allow with NotPrincipal is not allowed.',
    );
  }
}

function readPrincipal(value: unknown, path: Path, say: Say): PrincipalElement | undefined {
  if (value === undefined) return undefined;
  if (value === '*') return '*';
  if (!isObject(value) || Object.keys(value).length === 0) {
    say(path, `a principal is "*" or an object of ${principalTypes.join(', ')}`, `Invalid principal in policy`);
    return undefined;
  }
  const lists: Record<PrincipalType, readonly string[]> = { AWS: [], Service: [], Federated: [], CanonicalUser: [] };
  for (const [type, entry] of Object.entries(value)) {
    const known = principalTypes.find((name) => name === type);
    if (!known) {
      say(
        [...path, type],
        `a principal has no type "${type}"; it has ${principalTypes.join(', ')}`,
        'Invalid principal in policy',
      );
      continue;
    }
    lists[known] = texts(entry, [...path, type], say) ?? [];
    for (const name of lists[known]) {
      const right = known === 'AWS' ? isAwsPrincipal(name) : known !== 'Service' || isServicePrincipal(name);
      if (!right)
        say(
          [...path, type],
          `"${name}" is not a principal${known === 'Service' ? ', a service is SERVICE.amazonaws.com' : ''}`,
          `Invalid principal in policy: "${known.toUpperCase()}":"${name}"`,
        );
    }
  }
  return lists;
}

function readConditions(value: unknown, path: Path, say: Say): readonly Condition[] {
  if (value === undefined) return [];
  if (!isObject(value)) {
    say(path, 'a Condition is an object of operators');
    return [];
  }
  return Object.entries(value).flatMap(([operator, keys]) => {
    const at = [...path, operator];
    if (!isObject(keys)) {
      say(at, 'an operator has an object of keys and values');
      return [];
    }
    if (Object.keys(keys).length === 0) return [];
    if (!operatorOf(operator)) {
      const guess = nearest(operator, operatorNames);
      say(at, `there is no condition operator "${operator}"${guess ? `: did you mean ${guess}?` : ''}`);
      return [];
    }
    return Object.entries(keys).map(([key, given]) => {
      const values = conditionValues(given, [...at, key], say);
      if (/^(for(all|any)values?:)?date/i.test(operator))
        for (const one of values)
          if (!isDate(one)) say([...at, key], `"${one}" is not a date`, 'The policy failed legacy parsing');
      return { operator, key, values };
    });
  });
}

/** What IAM takes as a date: of ISO 8601, as seconds since 1970, or a variable (IAM's answers to CreatePolicy, as moto's policy validation records them). */
function isDate(value: string): boolean {
  if (value.includes('${')) return true;
  if (/^\d{1,19}$/.test(value)) return true;
  const [, month = '1', day = '1', hour = '0', minute = '0', second = '0'] = DATE.exec(value) ?? ['', '0'];
  const within = (text: string, least: number, most: number) => Number(text) >= least && Number(text) <= most;
  return (
    within(month, 1, 12) && within(day, 1, 31) && within(hour, 0, 23) && within(minute, 0, 59) && within(second, 0, 59)
  );
}
const DATE =
  /^-?\d+(?:-(\d{1,2})(?:-(\d{1,2})(?:t(?:(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:\.\d{1,9})?(?:z|[+-]\d{2}(?::\d{2})?)?)?)?)?)?)?)?$/i;

function conditionValues(value: unknown, path: Path, say: Say): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.flatMap((entry, i) => {
    if (['string', 'number', 'boolean'].includes(typeof entry)) return [String(entry)];
    say(
      Array.isArray(value) ? [...path, i] : path,
      `a condition compares with texts, not with ${JSON.stringify(entry)}`,
    );
    return [];
  });
}
