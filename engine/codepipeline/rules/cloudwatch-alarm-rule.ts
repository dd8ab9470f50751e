import { setTimeout as sleep } from 'node:timers/promises';
import { XMLParser } from 'fast-xml-parser';
import { SaiondoError } from '../../../model/errors';
import { callQuery } from '../../endpoint/aws-client';
import type { RuleContext, RuleResult } from '../../ports/rule';
import { ruleFailure } from './rule-failure';
import type { RuleProvider } from './rule-provider';

/** The states of an alarm (CloudWatch API Reference, MetricAlarm.StateValue). */
const STATES = ['OK', 'ALARM', 'INSUFFICIENT_DATA'];
/** Milliseconds between two looks at an alarm that is waited for. */
const POLL = 500;

/**
 * CloudWatchAlarm (CodePipeline User Guide, "CloudWatchAlarm"; "Configure conditions for a stage"): asks the local endpoint for the alarm.
 * Before entry and after success the rule is met while the alarm is in none of the watched states (`ALARM` unless `AlarmStates` names
 * others); one that is, is given `WaitTime` minutes to leave them. After a failure it is met when the alarm is in a watched state.
 * AWS watches an alarm that is quiet for the whole `WaitTime` after a success; a rehearsal looks once and says so.
 */
export const cloudWatchAlarmRule: RuleProvider = {
  provider: 'CloudWatchAlarm',
  required: ['AlarmName'],
  optional: ['AlarmStates', 'WaitTime'],
  run: async (context) => {
    try {
      return await evaluate(context);
    } catch (error) {
      if (context.signal.aborted) return { status: 'Abandoned', summary: 'the run was stopped' };
      return ruleFailure(error);
    }
  },
};

async function evaluate(context: RuleContext): Promise<RuleResult> {
  const { rule, condition, signal } = context;
  const { AlarmName: name = '', AlarmStates: states = 'ALARM', WaitTime: wait = '0' } = rule.configuration;
  const watched = states.split(',').map((state) => state.trim());
  const unknown = watched.find((state) => !STATES.includes(state));
  if (unknown !== undefined || !/^\d+$/.test(wait)) {
    throw new SaiondoError(
      unknown === undefined
        ? `WaitTime is ${JSON.stringify(wait)}, not a number of minutes`
        : `AlarmStates names ${JSON.stringify(unknown)}`,
      { code: 'ConfigurationError', next: `AlarmStates takes ${STATES.join(', ')}; WaitTime takes minutes` },
    );
  }
  const deadline = performance.now() + Number(wait) * 60_000;
  let state = await stateOf(context, name);
  if (condition === 'onFailure') {
    return { status: watched.includes(state) ? 'Succeeded' : 'Failed', summary: `the alarm ${name} is ${state}` };
  }
  const unseen = condition === 'onSuccess' && wait !== '0' ? `; AWS would go on watching it for ${wait} min` : '';
  while (watched.includes(state) && performance.now() < deadline) {
    await sleep(POLL, undefined, { signal });
    state = await stateOf(context, name);
  }
  return watched.includes(state)
    ? { status: 'Failed', summary: `the alarm ${name} is ${state}${wait === '0' ? '' : ` after ${wait} min`}` }
    : { status: 'Succeeded', summary: `the alarm ${name} is ${state}${unseen}` };
}

async function stateOf({ local, pipeline, rule }: RuleContext, name: string): Promise<string> {
  const asked = { Action: 'DescribeAlarms', Version: '2010-08-01', 'AlarmNames.member.1': name };
  const { status, text } = await callQuery(
    local,
    pipeline.account,
    rule.region ?? pipeline.region,
    'monitoring',
    asked,
  );
  if (status !== 200)
    throw new SaiondoError(`the local endpoint did not describe the alarm ${name}: ${status}`, { code: 'JobFailed' });
  const found = membersOf(new XMLParser({ ignoreAttributes: true }).parse(text) as Json);
  if (!found)
    throw new SaiondoError(`there is no CloudWatch alarm ${name}`, {
      code: 'ConfigurationError',
      next: 'a stack of an earlier stage has to define it, or: aws cloudwatch put-metric-alarm --alarm-name …',
    });
  return found;
}

interface Json {
  readonly [key: string]: Json | Json[] | string | undefined;
}

/** The state of the first metric or composite alarm in a DescribeAlarms answer. */
function membersOf(answer: Json): string | undefined {
  const result = (answer.DescribeAlarmsResponse as Json | undefined)?.DescribeAlarmsResult as Json | undefined;
  for (const list of ['MetricAlarms', 'CompositeAlarms']) {
    const member = (result?.[list] as Json | undefined)?.member;
    const first = (Array.isArray(member) ? member[0] : member) as Json | undefined;
    if (typeof first?.StateValue === 'string') return first.StateValue;
  }
  return undefined;
}
