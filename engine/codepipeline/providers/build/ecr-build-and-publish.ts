import * as path from 'node:path';
import { SaiondoError } from '../../../../model/errors';
import type { ActionContext, ActionResult } from '../../../ports/action';
import { failureOf } from '../../../ports/failure';
import { imageOf } from '../../../resources/image-registry';
import { oneOf, optional, required, type ActionProvider } from '../../actions/action-provider';
import { runManagedBuild } from '../../actions/managed-build';

/** One command an entry; the values are variables, so that nothing of a pipeline's configuration is read as shell. */
const COMMANDS = [
  'docker build --file "$DOCKERFILE" --tag "$IMAGE_URI" "$CONTEXT"',
  'for tag in $IMAGE_TAGS; do docker tag "$IMAGE_URI" "$REPOSITORY_URI:$tag" && docker push "$REPOSITORY_URI:$tag" || exit 1; done',
];

/**
 * ECRBuildAndPublish: builds the input artifact's Dockerfile and pushes it with every tag. `DockerFilePath` is the Dockerfile or its folder,
 * which is the build's context; the page does not tell more.
 */
export const ecrBuildAndPublish: ActionProvider = {
  kinds: ['Build/AWS/ECRBuildAndPublish'],
  reference: 'ECRBuildAndPublish build action reference',
  configuration: {
    ECRRepositoryName: required,
    DockerFilePath: optional,
    ImageTags: optional,
    RegistryType: oneOf('private', 'public'),
  },
  inputs: [1, 1],
  outputs: [0, 0],
  onlyV2: true,
  needs: ({ configuration }, { containers }) => {
    if (configuration.RegistryType === 'public') return [PUBLIC_REGISTRY];
    return containers ? [] : ['docker'];
  },
  run: async (context) => {
    try {
      return await build(context);
    } catch (error) {
      return { status: 'Failed', failure: failureOf(error, 'ConfigurationError') };
    }
  },
};

/** The name under which a public registry is missing: images that are pushed to it are everybody's. */
const PUBLIC_REGISTRY = 'Amazon ECR Public';

async function build(context: ActionContext): Promise<ActionResult> {
  const { action, local, pipeline, ledger, emit } = context;
  const {
    ECRRepositoryName: repository = '',
    ImageTags: tags = 'latest',
    RegistryType: registry = 'private',
  } = action.configuration;
  if (registry === 'public')
    return {
      status: 'NotRehearsed',
      missing: [PUBLIC_REGISTRY],
      summary: `pushes ${repository} to a public registry`,
    };
  if (!local.registry) return { status: 'NotRehearsed', missing: ['docker'], summary: 'needs docker' };
  if (
    !ledger
      .resources('AWS::ECR::Repository', pipeline.account, action.region)
      .some((one) => one.physicalId === repository)
  )
    emit({
      kind: 'message',
      level: 'warning',
      text: `no deployed stack makes the repository ${repository}; AWS needs it before ${action.name} runs`,
    });
  const list = tags.split(',').map((tag) => tag.trim());
  const wrong = list.find((tag) => !/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/.test(tag));
  if (wrong !== undefined)
    throw new SaiondoError(`${JSON.stringify(wrong)} is not a tag of an image`, {
      code: 'ConfigurationError',
      next: 'ImageTags are letters, digits, _ . and -, with commas between them',
    });
  const uri = `${pipeline.account}.dkr.ecr.${action.region}.amazonaws.com/${repository}`;
  const { dockerfile, folder } = dockerfileOf(action.configuration.DockerFilePath);
  const result = await runManagedBuild(context, {
    project: `codepipeline-${pipeline.name}-${action.name}`,
    buildspec: { version: '0.2', phases: { build: { commands: COMMANDS } } },
    variables: Object.entries({
      REPOSITORY_URI: uri,
      IMAGE_URI: `${uri}:${list[0] ?? 'latest'}`,
      IMAGE_TAGS: list.join(' '),
      DOCKERFILE: dockerfile,
      CONTEXT: folder,
    }).map(([name, value]) => ({ name, value })),
    privileged: true,
  });
  if (result.status !== 'Succeeded') return result;
  const image = await imageOf(local.registry, repository, list[0] ?? 'latest');
  return {
    ...result,
    outputVariables: { ECRImageDigestId: image?.digest ?? '', ECRRepositoryName: repository },
    summary: list.map((tag) => `${repository}:${tag}`).join(', '),
  };
}

/** The Dockerfile and its folder, both inside the source. */
function dockerfileOf(given: string | undefined): { dockerfile: string; folder: string } {
  const at = path.posix.normalize(given ?? '.').replace(/\/$/, '');
  if (at.startsWith('..') || path.posix.isAbsolute(at))
    throw new SaiondoError(`DockerFilePath is ${given ?? ''}, which leads out of the source`, {
      code: 'ConfigurationError',
      next: 'name it from the source’s root',
    });
  return /dockerfile/i.test(path.posix.basename(at))
    ? { dockerfile: at, folder: path.posix.dirname(at) }
    : { dockerfile: path.posix.join(at, 'Dockerfile'), folder: at };
}
