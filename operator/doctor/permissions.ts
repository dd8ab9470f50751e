import type { DeployedAccount, JudgedDeployedCall } from '../../model/deployed-account';
import type { Aws, Place } from '../aws';
import { isAbsent, look, type Finding } from './finding.shape';
import { readDeployed, type ReadDeployedOperations } from './read-deployed';

/** The operations of {@link checkPermissions}. */
export type PermissionOperations = ReadDeployedOperations | 'getPipeline';

/** Calls of a role that are not known are told so many at a time; the others are counted. */
const REASONS = 3;

/**
 * Whether AWS will allow what its services call for each action of the deployed pipeline: artifacts with their key, the connection, builds, roles that are assumed and passed. A
 * denied call is an error with the statement to add; what could not be read or judged is said.
 * @param judge judges by what was read: the same evaluation that a rehearsal has
 */
export function checkPermissions(
  aws: Aws<PermissionOperations>,
  home: Place,
  name: string,
  judge: (deployed: DeployedAccount) => readonly JudgedDeployedCall[],
): Promise<Finding[]> {
  const check = 'permissions';
  return look(check, 'the permissions of the pipeline', async () => {
    const pipeline = await deployedPipeline(aws, name);
    // That there is no pipeline is a finding of its own (checkDeployed).
    if (!pipeline) return [];
    const deployed = await readDeployed(aws, home, pipeline);
    return [...unreadFindings(deployed), ...findingsOf(judge(deployed), deployed)];
  });
}

async function deployedPipeline(aws: Aws<PermissionOperations>, name: string) {
  try {
    return (await aws().getPipeline({ name })).pipeline;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

function unreadFindings({ roles, buckets, keys, unreadProjects }: DeployedAccount): Finding[] {
  const check = 'permissions';
  const projects = [...unreadProjects].map(([where, why]): Finding => ({
    check,
    status: 'unknown',
    text: `the projects of ${where} could not be read, so that what their builds call is not judged: ${why}`,
  }));
  const documents = (
    [
      ['the role', roles],
      ['the policy of the bucket', buckets],
      ['the policy of the key', keys],
    ] as const
  ).flatMap(([what, read]) =>
    [...read].flatMap(([one, value]): Finding[] => {
      if (!('unread' in value)) return [];
      return [{ check, status: 'unknown', text: `${what} ${one} could not be read: ${value.unread}` }];
    }),
  );
  return [...projects, ...documents];
}

/** By role: what AWS would deny each as an error, what may be denied as a warning; then what is allowed and not known, counted. */
function findingsOf(calls: readonly JudgedDeployedCall[], { roles }: DeployedAccount): Finding[] {
  const check = 'permissions';
  return [...new Set(calls.map(({ role }) => role))].flatMap((role): Finding[] => {
    const own = calls.filter((one) => one.role === role);
    const of = (result: JudgedDeployedCall['result']) => own.filter((one) => one.result === result);
    const denied = [...of('denied'), ...of('warning')].map(({ result, text, why, remedy }): Finding => ({
      check,
      status: result === 'denied' ? 'error' : 'warning',
      text: `${why}: ${text}`,
      ...(remedy ? { fix: remedy } : {}),
    }));
    const read = roles.get(role);
    const open = read && 'unread' in read ? [] : of('not known');
    const reasons = [...new Set(open.map(({ action, resource, text }) => `${action} on ${resource}: ${text}`))];
    const more = reasons.length > REASONS ? `; and ${reasons.length - REASONS} more` : '';
    return [
      ...denied,
      ...(of('allowed').length > 0
        ? [{ check, status: 'ok' as const, text: `${role}: ${of('allowed').length} calls of the pipeline are allowed` }]
        : []),
      ...(reasons.length > 0
        ? [
            {
              check,
              status: 'unknown' as const,
              text: `${role}: not known: ${reasons.slice(0, REASONS).join('; ')}${more}`,
            },
          ]
        : []),
    ];
  });
}
