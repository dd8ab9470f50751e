import type { PipelineDeclaration } from '@aws-sdk/client-codepipeline';
import type { Aws, Place } from '../aws';
import { accountOf, listExecutions, latestActions } from '../executions';
import type { ArtifactReader } from '../promotion/artifact-reader';
import { artifactOf } from '../promotion/executed';
import { isAbsent, look, type Finding } from './finding.shape';

/** What saiondo.yaml says of the pipeline, as far as it can be seen from outside. */
export interface WantedPipeline {
  readonly name: string;
  readonly connectionArn: string;
  /** `OWNER/REPO` and branch. */
  readonly sources: readonly { readonly repository: string; readonly branch: string }[];
  /** The stages that deliver to an environment. */
  readonly stages: readonly ({ readonly stage: string } & Place)[];
}

/** The operations of {@link checkDeployed}. */
export type DeployedOperations =
  'getPipeline' | 'describeStacks' | 'listPipelineExecutions' | 'listActionExecutions' | 'describeImages';

/** Whether the pipeline that is deployed is the one that saiondo.yaml describes, its stacks are well, and its images are in ECR. */
export async function checkDeployed(
  aws: Aws<DeployedOperations>,
  wanted: WantedPipeline,
  artifacts: ArtifactReader,
  repositoryOf: (service: string) => string,
): Promise<Finding[]> {
  const check = 'deployed';
  return look(check, 'the pipeline', async () => {
    let pipeline: PipelineDeclaration | undefined;
    try {
      ({ pipeline } = await aws().getPipeline({ name: wanted.name }));
    } catch (error) {
      if (!isAbsent(error)) throw error;
      return [
        {
          check,
          status: 'error',
          text: `there is no pipeline ${wanted.name}`,
          fix: 'npm run synth && npx cdk deploy --app cdk.out saiondo-pipeline',
        },
      ];
    }
    if (!pipeline) return [];
    const stacks = await Promise.all(stacksOf(pipeline, wanted).map((one) => checkStack(aws, one)));
    return [
      ...compare(pipeline, wanted),
      ...stacks.flat(),
      ...(await look('images', 'the images', () => checkImages(aws, pipeline, artifacts, repositoryOf))),
    ];
  });
}

function compare(pipeline: PipelineDeclaration, wanted: WantedPipeline): Finding[] {
  const check = 'deployed';
  const fix = 'push saiondo.yaml: the pipeline updates itself';
  const actions = (pipeline.stages ?? []).flatMap((stage) => stage.actions ?? []);
  const sources = actions.filter((one) => one.actionTypeId?.provider === 'CodeStarSourceConnection');
  const differences = [
    ...wanted.sources
      .filter(({ repository }) => !sources.some((one) => one.configuration?.FullRepositoryId === repository))
      .map(({ repository }) => `it has no source ${repository}`),
    ...sources.flatMap(({ configuration = {} }) => {
      const branch = wanted.sources.find((one) => one.repository === configuration.FullRepositoryId)?.branch;
      return [
        ...(branch && branch !== configuration.BranchName
          ? [`${configuration.FullRepositoryId} is taken from ${configuration.BranchName}, saiondo.yaml says ${branch}`]
          : []),
        ...(configuration.ConnectionArn !== wanted.connectionArn
          ? [`${configuration.FullRepositoryId} comes by another connection than saiondo.yaml’s`]
          : []),
      ];
    }),
    ...wanted.stages.flatMap(({ stage, account, region }) => {
      const found = pipeline.stages?.find((one) => one.name === stage);
      if (!found) return [`it has no stage ${stage}`];
      const deploys = (found.actions ?? []).filter((one) => one.actionTypeId?.provider === 'CloudFormation');
      const elsewhere = deploys.find(
        (one) => (accountOf(one.roleArn) ?? account) !== account || (one.region ?? region) !== region,
      );
      return elsewhere
        ? [
            `${stage} delivers to ${accountOf(elsewhere.roleArn) ?? '?'}/${elsewhere.region ?? region}, saiondo.yaml says ${account}/${region}`,
          ]
        : [];
    }),
  ];
  return differences.length === 0
    ? [{ check, status: 'ok', text: `${wanted.name} is what saiondo.yaml says (version ${pipeline.version ?? '?'})` }]
    : differences.map((text) => ({ check, status: 'warning', text: `${wanted.name}: ${text}`, fix }));
}

interface DeployedStackName extends Place {
  readonly stack: string;
}

function stacksOf(pipeline: PipelineDeclaration, wanted: WantedPipeline): DeployedStackName[] {
  const found = new Map<string, DeployedStackName>();
  for (const { stage, account, region } of wanted.stages)
    for (const action of pipeline.stages?.find((one) => one.name === stage)?.actions ?? []) {
      const stack = action.configuration?.StackName;
      if (stack)
        found.set(stack, { stack, account: accountOf(action.roleArn) ?? account, region: action.region ?? region });
    }
  return [...found.values()];
}

async function checkStack(
  aws: Aws<DeployedOperations>,
  { stack, account, region }: DeployedStackName,
): Promise<Finding[]> {
  const check = 'deployed';
  return look(check, `the stack ${stack}`, async () => {
    try {
      const { Stacks } = await aws({ account, region }).describeStacks({ StackName: stack });
      const status = Stacks?.[0]?.StackStatus ?? 'UNKNOWN';
      if (/^(CREATE|UPDATE|IMPORT)_COMPLETE$/.test(status))
        return [{ check, status: 'ok', text: `${stack}: ${status}` }];
      const broken = /FAILED|ROLLBACK/.test(status);
      return [
        {
          check,
          status: broken ? 'error' : 'warning',
          text: `${stack} of ${account}: ${status}`,
          ...(broken ? { fix: 'saiondo triage says why' } : {}),
        },
      ];
    } catch (error) {
      if (error instanceof Error && /does not exist/.test(error.message))
        return [{ check, status: 'warning', text: `${stack} of ${account} has not been deployed yet` }];
      throw error;
    }
  });
}

/** The images that the newest synthesized assembly names: a tag is in ECR, or the next deployment of it cannot start. */
async function checkImages(
  aws: Aws<DeployedOperations>,
  pipeline: PipelineDeclaration,
  artifacts: ArtifactReader,
  repositoryOf: (service: string) => string,
): Promise<Finding[]> {
  const check = 'images';
  const artifact = (pipeline.stages ?? [])
    .flatMap((stage) => stage.actions ?? [])
    .map((action) => action.configuration?.TemplatePath?.split('::')[0])
    .find(Boolean);
  const name = pipeline.name ?? '';
  const [execution] = (await listExecutions(aws(), name, 50)).filter((one) => one.status === 'Succeeded');
  if (!artifact || !execution)
    return [{ check, status: 'unknown', text: 'no execution has succeeded yet: no image is expected' }];
  const actions = await latestActions(aws(), name, execution.id);
  const files = await artifacts.read(artifactOf({ execution, actions }, artifact), (path) => path === 'images.json');
  const text = files?.get('images.json');
  if (text === undefined)
    return [{ check, status: 'unknown', text: `the assembly of ${execution.id} is not there any more` }];
  const found = await Promise.all(
    Object.entries(JSON.parse(text) as Record<string, string>).map(([service, imageTag]) =>
      look(check, `the image of ${service}`, async () => {
        const repositoryName = repositoryOf(service);
        try {
          const { imageDetails } = await aws().describeImages({ repositoryName, imageIds: [{ imageTag }] });
          return [
            {
              check,
              status: 'ok',
              text: `${repositoryName}:${imageTag} is ${imageDetails?.[0]?.imageDigest ?? 'there'}`,
            },
          ];
        } catch (error) {
          if (!isAbsent(error)) throw error;
          return [
            {
              check,
              status: 'error',
              text: `${repositoryName}:${imageTag} is not in ECR: a new task or a rollback cannot start`,
              fix: 'saiondo start builds it again',
            },
          ];
        }
      }),
    ),
  );
  return found.flat();
}
