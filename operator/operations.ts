import type { OperationName } from './aws';

const STATUS = ['getPipelineState', 'getPipeline', 'listPipelineExecutions', 'listActionExecutions'] as const;

/**
 * What each command may call, and all that it can: a command is connected with these names and nothing else compiles.
 * `docs/operator-policy.json` is made of this table.
 */
export const OPERATIONS = {
  status: STATUS,
  history: ['listPipelineExecutions', 'listActionExecutions'],
  triage: [
    'listPipelineExecutions',
    'listActionExecutions',
    'batchGetBuilds',
    'batchGetReports',
    'describeTestCases',
    'getLogEvents',
    'describeStackEvents',
    'describeServices',
    'listTasks',
    'describeTasks',
  ],
  logs: ['listPipelineExecutions', 'listActionExecutions', 'batchGetBuilds', 'getLogEvents'],
  approve: [...STATUS, 'describeChangeSet', 'getObject', 'describeImages', 'putApprovalResult'],
  reject: ['getPipelineState', 'getPipeline', 'putApprovalResult'],
  retry: ['getPipelineState', 'retryStageExecution'],
  stop: ['listPipelineExecutions', 'stopPipelineExecution'],
  start: ['getPipeline', 'startPipelineExecution'],
  rollback: [...STATUS, 'getObject', 'rollbackStage'],
  doctor: [
    'getCallerIdentity',
    'getPipeline',
    'getConnection',
    'getParameter',
    'getRole',
    'listRolePolicies',
    'getRolePolicy',
    'listAttachedRolePolicies',
    'getPolicy',
    'getPolicyVersion',
    'getBucketPolicy',
    'getKeyPolicy',
    'batchGetProjects',
    'describeSecret',
    'getSecretValue',
    'listServiceQuotas',
    'describeImages',
    'describeStacks',
    'listPipelineExecutions',
    'listActionExecutions',
    'getObject',
  ],
  open: ['listPipelineExecutions', 'listActionExecutions'],
} as const satisfies Record<string, readonly OperationName[]>;

/** The commands that change a pipeline; `--dry-run` makes a reading one of them. */
export const CHANGING: ReadonlySet<string> = new Set<keyof typeof OPERATIONS>([
  'approve',
  'reject',
  'retry',
  'stop',
  'start',
  'rollback',
]);

/** A command that calls AWS. */
export type OperatorCommand = keyof typeof OPERATIONS;
/** The operations of a command. */
export type OperationsOf<Command extends OperatorCommand> = (typeof OPERATIONS)[Command][number];
