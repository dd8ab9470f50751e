import { anywhere, type Recognizer } from '../../evidence/evidence';

const NEVER_HEALTHY =
  /(did not get healthy[^\n]*|deployment circuit breaker[^\n]*|failed (?:container|ELB) health checks[^\n]*|is unhealthy in[^\n]*|Essential container in task exited[^\n]*|CannotPullContainerError[^\n]*|tasks? failed to start[^\n]*)/i;

/** ECS: a deployment whose tasks did not get healthy, or did not start. */
export const ecs: Recognizer = {
  name: 'ecs',
  recognize: (evidence) => {
    if (evidence.provider !== 'CloudFormation' && evidence.provider !== 'ECS') return undefined;
    const found = anywhere(evidence, NEVER_HEALTHY);
    if (!found) return undefined;
    // What stopped a task says more than that the deployment stopped.
    const stopped = evidence.events.find(({ type }) => type === 'AWS::ECS::Task');
    const failed = evidence.events.find(
      ({ type, status }) => type === 'AWS::ECS::Service' && status?.endsWith('_FAILED'),
    );
    const task = anywhere(evidence, /the task of (\S+)/)?.groups[1];
    const subject = failed?.subject ?? stopped?.subject ?? task ?? 'a service';
    return {
      summary: `${subject} never got healthy: ${stopped?.reason ?? found.groups[1] ?? ''}`,
      ...(found.line === undefined ? {} : { line: found.line, length: 1 }),
      known: 'service-unhealthy',
    };
  },
};
