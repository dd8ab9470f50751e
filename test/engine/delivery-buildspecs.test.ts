import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { recordedBuild } from './recorded-build';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'saiondo-delivery-'));
afterAll(() => fs.rmSync(root, { recursive: true }));

const REPOSITORY = '111111111111.dkr.ecr.ap-northeast-2.amazonaws.com/saiondo/api';

/** Builds the api's image from a Dockerfile; `docker pull` fails for what the cache does not have. */
function imageBuild(options: { present: boolean; hub?: boolean }) {
  return recordedBuild(root, 'image', {
    variables: {
      COMPONENT: 'api',
      COMPONENT_DIR: 'backend/api',
      REPOSITORY_URI: REPOSITORY,
      OFFICIAL_IMAGES: 'saiondo-base/docker',
      ...(options.hub ? { HUB_IMAGES: 'saiondo-hub' } : {}),
    },
    commands: {
      aws: options.present ? '' : '[ "$2" != describe-images ] || exit 254',
      docker: 'case "$*" in *pull*library/python*) exit 1 ;; esac',
    },
    files: {
      'assembly/images.json': '{"api":"aaaa","llm":"bbbb"}',
      'backend/api/Dockerfile': [
        'FROM node:20-slim AS build',
        'FROM --platform=linux/amd64 python:3.11-slim',
        'from acme/base:1',
        'FROM public.ecr.aws/acme/other:1',
        'FROM scratch',
      ].join('\n'),
    },
  });
}
const REGISTRY = '111111111111.dkr.ecr.ap-northeast-2.amazonaws.com';

test('base images come from the cache: official ones by ECR Public’s copy, others only with credentials', async () => {
  const { status, calls, log } = await imageBuild({ present: false, hub: true });
  expect(status).toBe('SUCCEEDED');
  expect(calls.filter((call) => /docker (pull|tag)/.test(call)).sort()).toEqual([
    `src: docker pull --quiet ${REGISTRY}/saiondo-base/docker/library/node:20-slim`,
    `src: docker pull --quiet ${REGISTRY}/saiondo-base/docker/library/python:3.11-slim`,
    `src: docker pull --quiet ${REGISTRY}/saiondo-hub/acme/base:1`,
    `src: docker tag ${REGISTRY}/saiondo-base/docker/library/node:20-slim node:20-slim`,
    `src: docker tag ${REGISTRY}/saiondo-hub/acme/base:1 acme/base:1`,
  ]);
  expect(log).toContain('python:3.11-slim is not in the cache');
  expect(calls.slice(-2)).toEqual([
    `src: docker build --tag ${REPOSITORY}:aaaa --file backend/api/Dockerfile backend/api`,
    `src: docker push ${REPOSITORY}:aaaa`,
  ]);
});

test('without Docker Hub’s credentials only official images are asked for', async () => {
  const { calls } = await imageBuild({ present: false });
  expect(calls.some((call) => call.includes('acme'))).toBe(false);
});

test('an image that is there is neither pulled nor built', async () => {
  const { status, calls } = await imageBuild({ present: true });
  expect(status).toBe('SUCCEEDED');
  expect(calls.filter((call) => call.includes('docker') && !call.includes('login'))).toEqual([]);
});

/** Records a deployment that has passed its smoke test; `putImage` is what AWS answers to the tag of the llm's image, `running` what runs as that so far. */
function record(putImage: string, running = '') {
  return recordedBuild(root, 'smoke-test', {
    variables: {
      API_URL: 'https://api.example.com',
      HEALTH_PATH: '/health',
      CLUSTER: 'prod',
      RELEASES: 'saiondo-prod-api=task:7',
      RECORD_ROLE: 'arn:aws:iam::111111111111:role/saiondo-prod-record',
      RECORD_REGION: 'eu-west-1',
      IN_USE_TAG: 'in-use-prod',
      DEPLOYED_PARAMETER: '/saiondo/pipeline/prod/deployed',
      IMAGES: 'saiondo/api:aaaa saiondo/llm:bbbb',
      APPLICATION_COMMIT: 'a1',
      PIPELINE_COMMIT: 'b2',
      MIGRATIONS_DIGEST: 'd1',
      CONTRACTS_DIGEST: 'd3',
    },
    commands: {
      curl: '',
      aws: `case "$2 $*" in
  describe-services*) echo "task:7 COMPLETED 1" ;;
  assume-role*) echo "AKIA secret session" ;;
  batch-get-image*in-use*) [ "$AWS_ACCESS_KEY_ID $AWS_REGION" = "AKIA eu-west-1" ] && echo "sha256:1 ${running}" ;;
  batch-get-image*) echo '{"schemaVersion": 2}' ;;
  put-image*saiondo/llm*) ${putImage} ;;
esac`,
    },
  });
}
const EXISTS = 'echo "An error occurred (ImageAlreadyExistsException)" >&2; exit 254';

test('what runs is tagged by its fingerprint’s manifest as the pipeline’s role, and the commits and what was carried are written down last', async () => {
  const { status, calls } = await record(EXISTS);
  expect(status).toBe('SUCCEEDED');
  const written = calls.filter((call) => /aws (ecr|ssm|sts)/.test(call));
  expect(written[0]).toContain('--role-arn arn:aws:iam::111111111111:role/saiondo-prod-record');
  for (const [repository, tag] of [
    ['saiondo/api', 'aaaa'],
    ['saiondo/llm', 'bbbb'],
  ]) {
    const own = written.filter((call) => call.includes(`--repository-name ${repository}`));
    expect(own.map((call) => call.split(' ').slice(1, 4).join(' '))).toEqual([
      'aws ecr batch-get-image',
      'aws ecr batch-get-image',
      'aws ecr put-image',
    ]);
    expect(own[1]).toContain(`--image-ids imageTag=${tag}`);
    expect(own[2]).toContain('--image-tag in-use-prod --image-manifest {"schemaVersion": 2}');
  }
  expect(written.at(-1)).toContain(
    `ssm put-parameter --name /saiondo/pipeline/prod/deployed --type String --overwrite --value ${JSON.stringify({ application: 'a1', pipeline: 'b2', migrations: 'd1', llmMigrations: '', contracts: 'd3' })}`,
  );
});

test('an image that runs already keeps its tag: nothing is put', async () => {
  const { status, calls } = await record(EXISTS, 'sha256:1');
  expect([status, calls.filter((call) => call.includes('put-image'))]).toEqual(['SUCCEEDED', []]);
  expect(calls.at(-1)).toContain('put-parameter');
});

test('an image that cannot be tagged fails the smoke test: it might expire while it runs', async () => {
  const { status, calls } = await record('echo "An error occurred (AccessDeniedException)" >&2; exit 254');
  expect(status).toBe('FAILED');
  expect(calls.some((call) => call.includes('put-parameter'))).toBe(false);
});
