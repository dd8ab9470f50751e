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

/** Records a deployment; `putImage` is what AWS answers to the tag of the llm's image. */
function record(putImage: string) {
  return recordedBuild(root, 'record', {
    variables: {
      IN_USE_TAG: 'in-use-prod',
      DEPLOYED_PARAMETER: '/saiondo/pipeline/prod/deployed',
      IMAGES: 'saiondo/api:aaaa saiondo/llm:bbbb',
      APPLICATION_COMMIT: 'a1',
      PIPELINE_COMMIT: 'b2',
      MIGRATIONS_DIGEST: 'd1',
      CONTRACTS_DIGEST: 'd3',
    },
    commands: {
      aws: `case "$2 $*" in
  batch-get-image*) echo '{"schemaVersion": 2}' ;;
  put-image*saiondo/llm*) ${putImage} ;;
esac`,
    },
  });
}

test('what runs is tagged by its fingerprint’s manifest, and the commits and what was carried are written down last', async () => {
  const { status, calls } = await record('echo "An error occurred (ImageAlreadyExistsException)" >&2; exit 254');
  expect(status).toBe('SUCCEEDED');
  expect(calls.map((call) => call.split(' ').slice(1, 4).join(' '))).toEqual([
    'aws ecr batch-get-image',
    'aws ecr put-image',
    'aws ecr batch-get-image',
    'aws ecr put-image',
    'aws ssm put-parameter',
  ]);
  expect(calls[0]).toContain('--repository-name saiondo/api --image-ids imageTag=aaaa');
  expect(calls[2]).toContain('--repository-name saiondo/llm --image-ids imageTag=bbbb');
  expect(calls[1]).toContain('--image-tag in-use-prod --image-manifest {"schemaVersion": 2}');
  expect(calls[4]).toContain(
    `--value ${JSON.stringify({ application: 'a1', pipeline: 'b2', migrations: 'd1', llmMigrations: '', contracts: 'd3' })}`,
  );
});

test('an image that cannot be tagged fails the record: it might expire while it runs', async () => {
  const { status, calls } = await record('echo "An error occurred (AccessDeniedException)" >&2; exit 254');
  expect(status).toBe('FAILED');
  expect(calls.some((call) => call.includes('put-parameter'))).toBe(false);
});
