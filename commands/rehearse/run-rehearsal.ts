import type { IamMode } from '../../engine/ports/iam-mode';
import type { IsolationKind } from '../../engine/ports/isolation';
import { readVariables } from './given-variables';
import { checkIsolation } from './isolation-option';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { loadConfiguration, type Configuration } from '../../config/load';
import type { SourceRepository } from '../../engine/ports/sources';
import type { PipelineControl } from '../../engine/ports/pipeline-control';
import { cleanError } from '../../engine/secrets/clean-error';
import { KnownSecrets } from '../../engine/secrets/known-secrets';
import { rehearse } from '../../engine/rehearsal/rehearsal';
import { SaiondoError } from '../../model/errors';
import { Layout } from '../../model/layout';
import { explanationLines } from '../../views/explanation';
import { fixturesOf } from './fixtures';
import { readInputs } from '../input/account-inputs';
import { readExecutionPolicies } from '../input/execution-policy';
import { checkWords, givenSource } from '../input/rehearse-options';
import { assemblyOfTemplate } from '../../engine/assembly/plain-template';
import { keptValues, sayMissing } from './missing-inputs';
import { checkPlanWords, planNames } from '../input/plan-words';
import { Serving } from './serving';
import { explainKnown } from './known-by';
import { explainPipeline, readDefinitions } from './list-pipeline';
import { secretName } from '../../engine/ports/account-inputs';
import { checkFirst } from '../before-a-run/check-first';
import { checkRolledBack } from '../before-a-run/unusable-stacks';
import { refuseOtherSources, sourcesOfRun } from '../before-a-run/run-sources';
import { sayUncommitted } from '../before-a-run/uncommitted';
import { DiskLedger } from '../../engine/cloudformation/ledger';
import { Runs } from '../../engine/runs/runs';
import type { PipelineDefinition } from '../../model/pipeline';
import { hearSignals, type Interruption } from './interruption';
import { prepareMachine } from './prepare-machine';
import { synthesize } from './synthesize';
import { WatchedSources } from '../watch/watched-sources';
import { packageRoot, version } from '../input/package';
import { variablesOf } from '../input/variable-option';
import { print, printValue } from '../output/print';
import { isInteractive, RunScreen } from './run-screen';

/** The options of `saiondo rehearse` as they are read. */
export interface RehearseOptions {
  parameter: string[];
  parameterStore: string[];
  secret: string[];
  account?: string;
  region?: string;
  inputs?: string;
  template?: string;
  source: string[];
  approve: string[];
  reject: string[];
  assembly?: string;
  pipeline?: string;
  resume?: string;
  only?: string;
  needs?: boolean;
  from?: string;
  watch?: boolean;
  explain?: string;
  until?: string;
  endpointUrl?: string;
  directory: string;
  tools?: string;
  uncommitted?: boolean;
  containers: boolean;
  strict?: boolean;
  yes?: boolean;
  json?: boolean;
  list?: boolean;
  keep?: boolean;
  serve?: boolean;
  port?: number;
  variable: string[];
  isolation?: IsolationKind;
  iam: IamMode;
  executionPolicy: string[];
  envFile: string[];
  secretFile: string[];
  healthSeconds?: number;
  jobs?: number;
  fresh?: boolean;
  deleteRolledBack?: boolean;
  plain?: boolean;
  verbose?: boolean;
  notify?: string;
}

/** What `--fresh` gives to the pipeline’s variable of that name. */
const FRESH = 'fresh=yes';

/** Carries out `saiondo rehearse`. @returns the exit code */
export async function runRehearsal(options: RehearseOptions): Promise<number> {
  const interruption = hearSignals();
  try {
    return await prepareAndRehearse(options, interruption);
  } finally {
    interruption.end();
  }
}

async function prepareAndRehearse(options: RehearseOptions, interruption: Interruption): Promise<number> {
  const layout = new Layout(path.resolve(options.directory), options.tools && path.resolve(options.tools));
  const { inputs, sources: named } = readInputs(
    options.inputs ?? path.join(layout.root, 'inputs.yaml'),
    options,
    options.inputs !== undefined,
  );
  const asked = options.source.map((one) => givenSource(one).name);
  options.source.push(...named.filter((one) => !asked.includes(givenSource(one).name)));
  if (options.fresh) options.variable.push(FRESH);
  if (options.watch) options.uncommitted = true;
  checkWords(options, layout);
  // Another app's assembly is rehearsed without our configuration.
  const foreign = options.assembly !== undefined || options.template !== undefined;
  const configuration = foreign && !fs.existsSync('saiondo.yaml') ? undefined : loadConfiguration('saiondo.yaml');
  const ours = configuration !== undefined && !foreign;
  const pipeline = options.pipeline ?? (ours ? configuration.pipeline.name : undefined);
  const given = { variables: readVariables(options.envFile), secrets: readVariables(options.secretFile) };
  const executionPolicies = readExecutionPolicies(options.executionPolicy);
  await checkIsolation(options.isolation);
  const continues = options.only !== undefined && !options.needs && !options.list && options.explain === undefined;
  const resume = options.resume ?? (continues ? lastRun(layout) : undefined);
  const sources = sourcesOf(
    options,
    ours ? configuration : undefined,
    resume ? sourcesOfRun(layout, resume) : new Map(),
  );
  let synthesized: Promise<string> | undefined;
  const assembly = async (): Promise<string> =>
    options.assembly
      ? path.resolve(options.assembly)
      : (synthesized ??= options.template
          ? Promise.resolve(assemblyOfTemplate(options.template, path.join(layout.root, 'template')))
          : synthesize(layout, configuration && sources.get(configuration.repositories.application.name)?.path));
  const check = (definition: PipelineDefinition, others: readonly PipelineDefinition[]): void =>
    checkPlanWords(options, planNames(definition, others, ours ? repositoriesOf(configuration) : []));
  const fixtures = ours ? fixturesOf(configuration, process.cwd()) : { processes: [], parameters: [], secrets: [] };
  const planned = {
    assembly,
    layout,
    ...(pipeline ? { pipeline } : {}),
    fixedAssembly: foreign,
    sources,
    containers: options.containers,
    inputs,
    kept: keptValues(layout, fixtures),
  };
  const known = await readDefinitions({ ...planned, ledger: new DiskLedger(layout) });
  if (known) check(known.pipeline, known.others);
  if (options.explain !== undefined || (options.list && options.json)) {
    const actions = await explainPipeline({ ...planned, ledger: new DiskLedger(layout) }, options.explain);
    const history = { runs: new Runs(layout), sources, fresh: options.fresh === true };
    const explained = await Promise.all(
      actions.map(async (one) => {
        const known = await explainKnown(one, history);
        return known ? { ...one, known } : one;
      }),
    );
    if (options.json) printValue(explained);
    else for (const one of explained) print(explanationLines(one).join('\n'));
    return 0;
  }
  // A wrong name is said first: it is wrong with a run, too.
  if (continues && resume === undefined)
    throw new SaiondoError('--only needs the artifacts of a run, and there is none yet', {
      code: 'RUN_MISSING',
      next: 'run saiondo rehearse first',
    });
  if (!options.json) await sayUncommitted(sources);
  if (!options.list)
    await refuseOtherSources(layout, sources, known !== undefined && new DiskLedger(layout).list().length > 0);
  if (ours && !options.list && !options.resume && !options.only)
    checkFirst(configuration, {
      sources,
      has: (name) =>
        planned.kept('secret', name) || Object.keys(inputs.secrets).some((one) => secretName(one) === name),
      whole: options.until === undefined,
    });
  // A run that is continued, or ends before the environments, has its own way to such a stack.
  if (!options.list && !resume && options.until === undefined && options.only === undefined)
    checkRolledBack(new DiskLedger(layout), options.deleteRolledBack === true);
  const tools = await prepareMachine({
    ...planned,
    yes: options.yes === true,
    interactive: process.stdin.isTTY === true && !options.json,
    list: options.list === true,
    quiet: options.json === true,
  });
  if (!tools) return 0;
  sayMissing(known?.missing ?? [], options.json === true);
  const watch = options.watch
    ? new WatchedSources(sources, () => explainPipeline({ ...planned, ledger: new DiskLedger(layout) }))
    : undefined;
  await watch?.begin();
  const interactive = isInteractive(options);
  const { port } = options;
  const secrets = new KnownSecrets();
  for (const [name, value] of Object.entries(given.secrets)) secrets.add(name, value);
  let control: PipelineControl | undefined;
  const checkouts = [...sources].map(([repository, source]) => ({ repository, path: path.resolve(source.path) }));
  const paged = options.serve === true || interactive;
  const serving = new Serving(layout, () => control, { checkouts, page: paged });
  const screen = new RunScreen(
    { ...options, layout },
    { serving, control: () => control, clean: (text) => secrets.clean(text), signal: interruption.signal },
  );
  interruption.begin(screen);
  try {
    const state = await rehearse({
      layout,
      version,
      assembly,
      deployAssembly: foreign,
      sources,
      fixtures,
      inputs,
      approve: screen.approve,
      tools,
      strict: options.strict === true,
      withoutContainers: !options.containers,
      ...(pipeline ? { pipeline } : {}),
      ...(resume ? { resume } : {}),
      ...(options.only ? { only: options.only } : {}),
      ...(options.needs ? { needs: true } : {}),
      ...(options.from ? { from: options.from } : {}),
      ...(watch ? { watch } : {}),
      ...(options.until ? { until: options.until } : {}),
      ...(options.endpointUrl ? { endpointUrl: options.endpointUrl } : {}),
      ...(options.isolation ? { isolation: options.isolation } : {}),
      iam: options.iam,
      executionPolicies,
      given,
      ...(options.jobs ? { jobs: options.jobs } : {}),
      ...(options.healthSeconds ? { healthSeconds: options.healthSeconds } : {}),
      variables: variablesOf(options.variable),
      secrets,
      signal: interruption.signal,
      check: (definition) => check(definition, known?.others ?? []),
      stayOpen: options.serve === true,
      onControl: (session) => (control = session),
      credentials: serving.credentials,
      ...(paged ? { page: serving.page, handlers: serving.handlers } : {}),
      ...(port === undefined ? {} : { port }),
      listeners: [screen.hear],
      beforeClose: (current) => screen.close(current),
    });
    return state.exitCode ?? 1;
  } catch (error) {
    throw cleanError(error, (text) => secrets.clean(text));
  } finally {
    screen.end();
    serving.end();
  }
}

/** The repositories of the sources: as given; else those of the run that is continued; else the sample monorepo and this checkout. */
function sourcesOf(
  options: RehearseOptions,
  configuration: Configuration | undefined,
  before: ReadonlyMap<string, SourceRepository>,
): Map<string, SourceRepository> {
  const uncommitted = options.uncommitted ? { uncommitted: true } : {};
  const sources = new Map<string, SourceRepository>();
  if (configuration) {
    sources.set(configuration.repositories.pipeline.name, { path: process.cwd(), ...uncommitted });
    const { application, pipeline } = configuration.repositories;
    if (application.name !== pipeline.name)
      sources.set(application.name, { path: path.join(packageRoot, 'examples', 'saiondo'), ...uncommitted });
  }
  for (const [name, one] of before) sources.set(name, { ...one, ...uncommitted });
  for (const one of options.source) {
    const { name, path: at, commit } = givenSource(one);
    sources.set(name, { path: at, ...(commit ? { commit } : {}), ...uncommitted });
  }
  return sources;
}

function repositoriesOf({ repositories }: Configuration): string[] {
  return [repositories.application.name, repositories.pipeline.name];
}

function lastRun(layout: Layout): string | undefined {
  return fs.existsSync(layout.runs()) ? fs.readdirSync(layout.runs()).sort().at(-1) : undefined;
}
