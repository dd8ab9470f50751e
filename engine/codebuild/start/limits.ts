import { formatLocation } from '../../../model/errors';
import type { Emit } from '../../../model/events';
import type { Layout } from '../../../model/layout';
import type { ActionDefinition } from '../../../model/pipeline';
import { ownTurn } from '../../files/turns';
import { failureOf } from '../../ports/failure';
import type { StackLedger } from '../../ports/ledger';
import type { LocalAws } from '../../ports/local-aws';
import type { Limit } from '../../../model/limit';
import { isInline, readInlineBuildspec, type FoundBuildspec } from './buildspec-source';
import { projectLimits } from '../project/compute';
import { shellProgram } from '../project/image';
import { findProject, type Project } from '../project/project';
import { checkRuntimes } from '../project/runtime-versions';

/** What was said already, by the layout that a process works with: each limit once a run, however many builds meet it. */
const said = new WeakMap<Layout, Set<string>>();

/** Says a limit, the first time that a run meets it. */
export function sayLimit(run: { readonly layout: Layout; readonly runId: string }, emit: Emit, limit: Limit): void {
  const where = formatLocation(limit.where);
  const key = JSON.stringify([run.runId, where, limit.text]);
  let known = said.get(run.layout);
  if (!known) said.set(run.layout, (known = new Set()));
  if (known.has(key)) return;
  known.add(key);
  emit({
    kind: 'message',
    level: limit.finding ? 'warning' : 'limit',
    text: limit.text,
    where,
    ...(limit.finding ? { finding: true } : {}),
  });
}

/** What a rehearsal does otherwise with a project's build, as far as buildspec, project and this machine tell without starting it. */
export async function buildLimits(
  project: Project,
  { buildspec, file }: FoundBuildspec,
  local: LocalAws,
  variables: Readonly<Record<string, string>>,
): Promise<Limit[]> {
  const { instead } = shellProgram(buildspec.shell, project.image);
  return [
    ...buildspec.limits,
    ...projectLimits(project, buildspec),
    ...(await checkRuntimes({ buildspec, image: project.image, tool: (name) => local.tool(name), variables, file })),
    ...(instead ? [{ where: { file, path: 'env.shell' }, text: instead }] : []),
  ];
}

/**
 * What a rehearsal will do otherwise in the build of an action, where its project is deployed and carries its buildspec in itself. Nothing of a
 * project that is not deployed yet, or whose buildspec lies in a source.
 */
export async function limitsOfInlineBuild(
  { configuration, region }: ActionDefinition,
  account: string,
  ledger: StackLedger,
  local: LocalAws,
): Promise<Limit[]> {
  await ownTurn();
  const name = configuration.ProjectName ?? '';
  const deployed = ledger
    .resources('AWS::CodeBuild::Project', account, region)
    .some((resource) => resource.physicalId === name);
  if (!deployed) return [];
  const project = findProject(ledger, name, account, region);
  try {
    const given = configuration.BuildspecOverride ?? project.buildspec;
    if (!isInline(given)) return [];
    const found = await readInlineBuildspec(project, given);
    return await buildLimits(project, found, local, found.buildspec.variables);
  } catch (error) {
    // A wrong buildspec fails its action; it is worth to be known before the first stage.
    const { message, where } = failureOf(error, 'ConfigurationError');
    return [{ where: where ?? project.place('Source.BuildSpec'), text: message }];
  }
}
