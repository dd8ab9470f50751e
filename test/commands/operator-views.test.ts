import pc from 'picocolors';
import type { Paint } from '../../commands/output/paint';
import { showHistory } from '../../commands/output/history';
import { promotionHead, showPromotion } from '../../commands/output/promotion';
import { showStatus } from '../../commands/output/status';
import { approvalView, readAnswer } from '../../commands/operate/approver';
import { differenceSummary } from '../../operator/promotion/difference-summary';
import type { Promotion } from '../../model/promotion.shape';
import type { PipelineStatus, StageStatus } from '../../operator/status.shape';
import { width } from '../../views/text-width';

// What the operator's commands show on a screen of 80×24, and in a pipe.
const terminal: Paint = { terminal: true, columns: 80, colours: pc.createColors(false) };
const pipe: Paint = { terminal: false, columns: 80, colours: pc.createColors(false) };
const execution = {
  id: '4f418f6a-0000-4000-8000-000000000000',
  status: 'InProgress',
  type: 'STANDARD',
  trigger: { type: 'StartPipelineExecution' },
  revisions: [
    {
      source: 'App',
      commit: 'c0ffee'.padEnd(40, '0'),
      message: '주문 목록에 배송 상태를 함께 보여 준다'.repeat(3),
      author: 'Ann',
    },
  ],
};
const stage = (name: string, status: string, actions: number): StageStatus => ({
  name,
  status,
  executionId: execution.id,
  transition: { enabled: true },
  actions: Array.from({ length: actions }, (_, at) => ({
    name: `Step${at}`,
    provider: 'CodeBuild',
    runOrder: 1,
    status: status === 'InProgress' && at >= 5 ? 'InProgress' : status,
    seconds: 3,
    summary: 'no changes: The submitted information didn’t contain changes',
  })),
});
const status: PipelineStatus = {
  pipeline: 'saiondo',
  at: '2026-01-01T00:00:00.000Z',
  stages: [
    stage('Source', 'Succeeded', 2),
    stage('Verify', 'Succeeded', 6),
    stage('Dev', 'InProgress', 30),
    stage('Prod', 'NotRun', 18),
  ],
  executions: [execution],
  approvals: [],
};

test('the status fits one screen: the stage that runs first, the others a line each, commits once', () => {
  const lines = showStatus(status, terminal, { now: 0, rows: 22 }).split('\n');
  expect(lines.length).toBeLessThanOrEqual(22);
  for (const line of lines) expect(width(line)).toBeLessThanOrEqual(80);
  const text = lines.join('\n');
  expect(text.match(/c0ffee/g)).toHaveLength(1);
  expect(text.indexOf('Dev')).toBeLessThan(text.indexOf('Source'));
  expect(text).toMatch(/… \d+ more \(--all\)/);
});

test('the columns of the status stand still while its counts grow, and a long name leaves room for what is said of it', () => {
  const long = 'a'.repeat(100);
  const shown = (done: number): string[] =>
    showStatus(
      {
        ...status,
        stages: [
          stage('Source', 'Succeeded', 2),
          {
            ...stage('Dev', 'InProgress', 17),
            actions: stage('Dev', 'Succeeded', 17).actions.map((one, at) => ({
              ...one,
              name: at === 16 ? long : one.name,
              status: at < done ? 'Succeeded' : 'InProgress',
            })),
          },
          stage(long, 'NotRun', 9),
        ],
        approvals: [1, 2].map((at) => ({ stage: long, action: 'Prod', executionId: `${at}`.repeat(8) })),
      },
      terminal,
      { now: 0, rows: 22 },
    ).split('\n');
  const places = [9, 16].map((done) =>
    shown(done).flatMap((line) => (/ \d+\/\d+ {2}4f41/.test(line) ? [line.indexOf('4f418f6a')] : [])),
  );
  expect(new Set(places.flat()).size).toBe(1);
  expect(places.flat()).toHaveLength(6);
  const text = shown(16).join('\n');
  expect(text).toMatch(/a… InProgress/);
  expect(text).toMatch(/a… of 11111111 waits for approval/);
  for (const line of shown(16)) expect(width(line)).toBeLessThanOrEqual(80);
});

test('in a pipe nothing of the status is cut', () => {
  expect(showStatus(status, pipe, { now: 0 })).toContain('보여 준다'.repeat(1));
  expect(
    showStatus(status, pipe, { now: 0, all: true })
      .split('\n')
      .filter((line) => line.includes('Step')).length,
  ).toBe(56);
});

test('the history fits 80 columns on a terminal, what fails or is slow first; a pipe has whole ids and messages', () => {
  const history = {
    pipeline: 'saiondo',
    executions: [{ ...execution, status: 'Succeeded', startedAt: '2026-01-01T00:00:00.000Z', seconds: 780 }],
    duration: { p50: 780, p90: 780, count: 1 },
    actions: [
      { action: 'Dev/Quick', runs: 1, failures: 0, failureRate: 0, p50: 0, p90: 0 },
      { action: 'Dev/Slow', runs: 1, failures: 0, failureRate: 0, p50: 90, p90: 90 },
      { action: `Verify/${'주문'.repeat(60)}`, runs: 1, failures: 0, failureRate: 0, p50: 80, p90: 80 },
      { action: 'Verify/Flaky', runs: 4, failures: 1, failureRate: 0.25, p50: 10, p90: 12 },
    ],
    environments: [
      { environment: 'Prod', deployments: 1, deploymentsPerDay: 1, leadTimeSeconds: 7200, changeFailureRate: 0 },
    ],
  };
  const shown = showHistory(history, terminal);
  for (const line of shown.split('\n')) expect(width(line.trimEnd())).toBeLessThanOrEqual(80);
  expect(shown.indexOf('Verify/Flaky')).toBeLessThan(shown.indexOf('Dev/Slow'));
  expect(shown).not.toContain('Dev/Quick');
  expect(shown).toMatch(/주문… +1 +0 % +1 min 20 s/);
  expect(shown).toContain('1 succeeded. Median 13 min 00 s, 90 % under 13 min 00 s');
  expect(shown).toMatch(/Prod +1 \(1\.0 a day\) +2\.0 h +0 %/);
  expect(showHistory(history, pipe)).toContain(execution.id);
  expect(showHistory(history, pipe)).not.toContain('…');
  expect(showHistory(history, pipe)).toContain('주문'.repeat(60));
});

const promotion: Promotion = {
  pipeline: 'saiondo',
  stage: 'Prod',
  approval: { stage: 'Promote', action: 'Prod', executionId: execution.id, deadline: '2026-01-08T00:00:00.000Z' },
  execution,
  difference: {
    summary: '1 resource replaced or removed, 1 migration, 40 permissions changed',
    commits: [],
    images: [],
    migrations: [
      { name: '2_drop', sql: '-- gone\nALTER TABLE users DROP COLUMN nickname;\nCREATE INDEX i ON users (id);' },
    ],
    stacks: [
      {
        stack: 'Prod-Data',
        source: 'templates',
        changes: [
          {
            action: 'Modify',
            logicalId: 'Database',
            type: 'AWS::RDS::DBInstance',
            replacement: 'True',
            properties: ['Engine'],
            security: false,
          },
          ...Array.from({ length: 60 }, (_, at) => ({
            action: 'Add',
            logicalId: `R${at}`,
            type: 'AWS::IAM::Role',
            properties: [],
            security: true,
          })),
        ],
      },
    ],
    permissions: Array.from({ length: 40 }, (_, at) => ({
      change: 'added' as const,
      stack: 'Prod-Api',
      logicalId: `P${at}`,
      statement: 'Allow s3:GetObject',
    })),
    contracts: [],
    unknown: [],
  },
};

test('an approval’s summary is first and last, what may be lost above the rest, and it is folded by stack', () => {
  const lines = showPromotion(promotion, terminal, { full: false, now: Date.parse('2026-01-01T00:00:00Z') }).split(
    '\n',
  );
  expect(lines.length).toBeLessThanOrEqual(30);
  expect(lines[0]).toContain('expires in 7 days');
  expect(lines[1]).toBe(`In it: ${promotion.difference.summary}`);
  expect(lines.at(-1)).toBe(`In it: ${promotion.difference.summary}`);
  const text = lines.join('\n');
  expect(text).toContain('! Prod-Data: replaces AWS::RDS::DBInstance Database (Engine)');
  expect(text).toContain('! migration 2_drop: ALTER TABLE users DROP COLUMN nickname');
  expect(text.indexOf('! Prod-Data')).toBeLessThan(text.indexOf('Prod-Api: 40 added'));
  const full = showPromotion(promotion, terminal, { full: true, now: 0 });
  expect(full.split('\n').length).toBeGreaterThan(100);
  expect(promotionHead(promotion, terminal, 0).join('\n')).toContain('Nothing is deployed to Prod yet');
});

test('where something is not known, an approval never says that nothing differs or is removed', () => {
  const none = { commits: [], images: [], migrations: [], stacks: [], permissions: [], contracts: [] };
  expect(differenceSummary({ ...none, unknown: [] })).toBe('nothing differs');
  const unknown = ['what changes in Prod-Data: its template cannot be read (Assembly::data.json)'];
  const summary = differenceSummary({ ...none, unknown });
  expect(summary).toBe('1 part not known');
  const shown = promotionHead({ ...promotion, difference: { ...none, unknown, summary } }, terminal, 0).join('\n');
  expect(shown).toContain('In it: 1 part not known');
  expect(shown).toContain('nothing is known to be removed or replaced, but not everything is known');
});

test('the question about one of two executions that wait does not show the changes of the other', () => {
  const { stage, action, executionId } = promotion.approval;
  const own = approvalView({ executionId, stage, action }, promotion, { paint: terminal, now: 0, page: 'http://page' });
  expect(own.head.join('\n')).toContain(promotion.difference.summary);
  expect(own.full()).toContain('Prod-Data');
  const other = approvalView({ executionId: '99999999-b', stage, action, message: 'look' }, promotion, {
    paint: terminal,
  });
  expect(other.head).toEqual([
    `${stage}/${action} waits for approval (execution 99999999)`,
    'look',
    `what changes is not known: the stage's state is that of the execution ${executionId.slice(0, 8)}, which waits too`,
  ]);
  expect(other.full()).not.toContain('Prod-Data');
});

test.each([
  ['approve', 'Approved'],
  ['r', 'Rejected'],
  ['later', 'later'],
  ['d', 'differences'],
  ['aprove', undefined],
  ['', undefined],
])('the answer %j to an approval means %j', (text, meant) => expect(readAnswer(text)).toBe(meant));
