import type { ActionDeclaration, PipelineDeclaration } from '@aws-sdk/client-codepipeline';
import type { Aws } from '../aws';
import type { CommitLog } from '../commit-log';
import { accountOf } from '../executions';
import { plain, plainLine } from '../../model/plain-text';
import type { ArtifactLocation, ArtifactReader } from './artifact-reader';
import { differenceSummary } from './difference-summary';
import { artifactOf, sourceArtifacts, type Executed } from './executed';
import type { Difference, StackChanges } from '../../model/promotion.shape';
import {
  inOrder,
  isSecurity,
  permissionChanges,
  templateChanges,
  type ReplacementOf,
  type TemplateLike,
} from './template-changes';
import { reasonOf } from '../reason';

/** What a comparison of two executions is made with. */
export interface DifferenceTools {
  readonly home: { readonly region: string; readonly account: string };
  readonly artifacts: ArtifactReader;
  readonly commits: CommitLog;
  readonly replacementOf: ReplacementOf;
  /** The digest of an image's tag in ECR; undefined where it cannot be asked. */
  readonly digest?: (service: string, tag: string) => Promise<string | undefined>;
}

const MIGRATION = /(?:^|\/)migrations\/([^/]+)\/migration\.sql$/;
const CONTRACT = /^(?!.*node_modules\/).*\.sol$/;

/** What a stage gets when it goes from one execution to another. `before` is absent where nothing was delivered there yet. */
export async function describeDifference(
  pipeline: PipelineDeclaration,
  stageName: string,
  before: Executed | undefined,
  after: Executed,
  tools: DifferenceTools,
  prepared: ReadonlyMap<string, StackChanges> = new Map(),
): Promise<Difference> {
  const unknown: string[] = [];
  const attempt = async <T>(what: string, work: () => Promise<T>, none: T): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      unknown.push(`${what}: ${reasonOf(error)}`);
      return none;
    }
  };
  const stage = pipeline.stages?.find((one) => one.name === stageName);
  const deployments = deploymentsOf(stage?.actions ?? []);
  const commits = await attempt('commits', () => commitsOf(before, after, tools), []);
  if (before && commits.some((one) => one.commits === undefined && one.from !== one.to))
    unknown.push('the commits in between: no checkout here has both ends');
  const sources = await attempt('sources', () => sourceFiles(stage?.actions ?? [], before, after, tools), {
    migrations: [],
    contracts: [],
  } as Awaited<ReturnType<typeof sourceFiles>>);
  if (sources.missing) unknown.push(sources.missing);
  const images = await attempt('images', () => imagesOf(deployments, before, after, tools), []);
  const stacks: StackChanges[] = [];
  const permissions: Difference['permissions'] = [];
  for (const { stack, artifact, file } of deployments) {
    const templates = await attempt(
      `templates of ${stack}`,
      async () => ({
        was: before && (await readTemplate(tools, before, artifact, file)),
        is: await readTemplate(tools, after, artifact, file),
      }),
      undefined,
    );
    const set = prepared.get(stack);
    if (set) stacks.push(set);
    if (!templates?.is) {
      if (templates && !set)
        unknown.push(`what changes in ${stack}: its template cannot be read (${artifact}::${file})`);
      continue;
    }
    if (before && !templates.was)
      unknown.push(`what changes in ${stack}: the template that is deployed cannot be read`);
    else if (!set)
      stacks.push({
        stack,
        source: 'templates',
        changes: templateChanges(templates.was, templates.is, tools.replacementOf),
      });
    if (!before || templates.was) permissions.push(...permissionChanges(stack, templates.was, templates.is));
  }
  const known = {
    commits,
    images,
    migrations: sources.migrations,
    stacks: stacks.filter((one) => one.changes.length > 0),
    permissions,
    contracts: sources.contracts,
  };
  return { summary: differenceSummary({ ...known, unknown }), ...known, unknown };
}

/** The change sets that an execution has prepared for a stage already: what CloudFormation itself says will change. */
export async function preparedChangeSets(
  aws: Aws<'describeChangeSet'>,
  pipeline: PipelineDeclaration,
  stageName: string,
  { actions }: Executed,
  home: DifferenceTools['home'],
): Promise<Map<string, StackChanges>> {
  const found = new Map<string, StackChanges>();
  const stage = pipeline.stages?.find((one) => one.name === stageName);
  for (const action of stage?.actions ?? []) {
    const { ActionMode, StackName, ChangeSetName } = action.configuration ?? {};
    const done = actions.get(`${stageName}/${action.name ?? ''}`)?.status === 'Succeeded';
    if (ActionMode !== 'CHANGE_SET_REPLACE' || !StackName || !ChangeSetName || !done) continue;
    const there = aws({ account: accountOf(action.roleArn) ?? home.account, region: action.region ?? home.region });
    const changes: StackChanges['changes'] = [];
    let next: string | undefined;
    do {
      const page = await there.describeChangeSet({ StackName, ChangeSetName, ...(next ? { NextToken: next } : {}) });
      for (const { ResourceChange: change } of page.Changes ?? []) {
        if (!change) continue;
        const type = change.ResourceType ?? '';
        changes.push({
          action: change.Action ?? '',
          logicalId: change.LogicalResourceId ?? '',
          type,
          ...(change.Replacement ? { replacement: change.Replacement } : {}),
          properties: [...new Set((change.Details ?? []).flatMap((one) => one.Target?.Name ?? []))],
          security: isSecurity(type),
        });
      }
      next = page.NextToken;
    } while (next);
    found.set(StackName, { stack: StackName, source: 'change set', changes: inOrder(changes) });
  }
  return found;
}

interface Deployment {
  readonly stack: string;
  readonly artifact: string;
  readonly file: string;
}

function deploymentsOf(actions: readonly ActionDeclaration[]): Deployment[] {
  return actions.flatMap(({ configuration }) => {
    const [artifact, file] = (configuration?.TemplatePath ?? '').split('::');
    return configuration?.StackName && artifact && file ? [{ stack: configuration.StackName, artifact, file }] : [];
  });
}

async function readTemplate(
  { artifacts }: DifferenceTools,
  executed: Executed,
  artifact: string,
  file: string,
): Promise<TemplateLike | undefined> {
  const files = await artifacts.read(artifactOf(executed, artifact), (path) => path === file);
  const text = files?.get(file);
  return text === undefined ? undefined : (JSON.parse(text) as TemplateLike);
}

async function commitsOf(
  before: Executed | undefined,
  after: Executed,
  { commits }: DifferenceTools,
): Promise<Difference['commits']> {
  return Promise.all(
    after.execution.revisions.map(async ({ source, commit, repository }) => {
      const from = before?.execution.revisions.find((one) => one.source === source)?.commit;
      const between = from && from !== commit ? await commits(from, commit, repository) : [];
      return { source, ...(from ? { from } : {}), to: commit, ...(between ? { commits: [...between] } : {}) };
    }),
  );
}

/** The images' tags are in the assembly, one a service (see lib/images.ts: a tag is the fingerprint of a folder). */
async function imagesOf(
  deployments: readonly Deployment[],
  before: Executed | undefined,
  after: Executed,
  { artifacts, digest }: DifferenceTools,
): Promise<Difference['images']> {
  const read = async (executed: Executed | undefined): Promise<Record<string, string>> => {
    const artifact = deployments[0]?.artifact;
    if (!executed || !artifact) return {};
    const files = await artifacts.read(artifactOf(executed, artifact), (path) => path === 'images.json');
    const images = JSON.parse(files?.get('images.json') ?? '{}') as Record<string, string>;
    return Object.fromEntries(Object.entries(images).map(([service, tag]) => [plainLine(service), plainLine(tag)]));
  };
  const [was, is] = [await read(before), await read(after)];
  return Promise.all(
    Object.entries(is)
      .filter(([service, tag]) => was[service] !== tag)
      .map(async ([service, to]) => {
        const found = await digest?.(service, to);
        const from = was[service];
        return { service, ...(from ? { from } : {}), to, ...(found ? { digest: found } : {}) };
      }),
  );
}

/** The source artifacts that actions take; all of them where the actions take only what builds made of them. */
function givenSources(actions: readonly ActionDeclaration[], executed: Executed): ArtifactLocation[] {
  const taken = new Set(actions.flatMap((one) => (one.inputArtifacts ?? []).map((artifact) => artifact.name)));
  const all = sourceArtifacts(executed);
  const given = all.filter((one) => taken.has(one.name));
  return given.length > 0 ? given : all;
}

/** Migrations that are new and contracts that differ, from the sources themselves: those that a stage's actions are given. */
async function sourceFiles(
  actions: readonly ActionDeclaration[],
  before: Executed | undefined,
  after: Executed,
  { artifacts }: DifferenceTools,
): Promise<Pick<Difference, 'migrations' | 'contracts'> & { missing?: string }> {
  const read = async (executed: Executed): Promise<Map<string, string> | undefined> => {
    const all = new Map<string, string>();
    let any = false;
    for (const artifact of givenSources(actions, executed)) {
      const files = await artifacts.read(artifact, (path) => MIGRATION.test(path) || CONTRACT.test(path));
      any ||= files !== undefined;
      for (const [path, text] of files ?? []) all.set(`${artifact.name}/${path}`, text);
    }
    return any ? all : undefined;
  };
  const is = await read(after);
  const was = before ? await read(before) : new Map<string, string>();
  if (!is || !was)
    return {
      migrations: [],
      contracts: [],
      missing: `migrations and contracts: the source artifacts of ${!is ? 'this' : 'the earlier'} execution are not there`,
    };
  const changed = [...is].filter(([path, text]) => was.get(path) !== text);
  const migrations = changed.flatMap(([path, sql]) => {
    const [, name] = MIGRATION.exec(path) ?? [];
    return name ? [{ name: plainLine(name), sql: plain(sql) }] : [];
  });
  // Two sources of one repository bring the same files.
  const names = new Map(migrations.map((one) => [one.name, one]));
  return {
    migrations: [...names.values()].sort((a, b) => a.name.localeCompare(b.name)),
    contracts: [
      ...new Set(
        changed.map(([path]) => plainLine(path.slice(path.indexOf('/') + 1))).filter((path) => CONTRACT.test(path)),
      ),
    ],
  };
}
