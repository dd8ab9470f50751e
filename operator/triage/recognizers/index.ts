import type { Recognizer } from '../evidence/evidence';
import { askedOfRepository } from '../demands/asked-of-repository';
import { lostModules } from '../demands/lost-modules';
import { contractDeployment } from '../demands/contract-deployment';
import { accessDenied } from './aws/access-denied';
import { alembic } from './alembic';
import { approval } from './aws/approval';
import { bootstrap } from './aws/bootstrap';
import { browser } from './machine/browser';
import { cloudformation } from './aws/cloudformation';
import { disk } from './machine/disk';
import { deployOutput } from './aws/deploy-output';
import { docker } from './docker';
import { ecs } from './aws/ecs';
import { gradle } from './gradle';
import { hardhat } from './hardhat';
import { jestTests } from './jest';
import { lockFile } from './lock-file';
import { memory } from './machine/memory';
import { nativeBuild } from './native-build';
import { npm } from './npm';
import { pip } from './pip';
import { prisma } from './prisma';
import { pytest } from './pytest';
import { pythonImport } from './python-import';
import { runtimeVersion } from './runtime-version';
import { secrets } from './aws/secrets';
import { smokeTest } from './smoke-test';
import { source } from './aws/source';
import { testReport } from './test-report';
import { timeouts } from './aws/timeouts';
import { typescript } from './typescript';

/** Every recognizer, the most telling first: a build that timed out or ran out of memory may have printed anything before. */
export const RECOGNIZERS: readonly Recognizer[] = [
  approval,
  source,
  timeouts,
  memory,
  disk,
  bootstrap,
  secrets,
  accessDenied,
  lostModules,
  askedOfRepository,
  runtimeVersion,
  alembic,
  browser,
  nativeBuild,
  typescript,
  lockFile,
  npm,
  prisma,
  pip,
  pythonImport,
  pytest,
  hardhat,
  jestTests,
  gradle,
  deployOutput,
  docker,
  ecs,
  cloudformation,
  smokeTest,
  contractDeployment,
  testReport,
];
