import type { Recognizer } from '../evidence/evidence';
import { accessDenied } from './access-denied';
import { approval } from './approval';
import { askedOfRepository } from '../demands/asked-of-repository';
import { cloudformation } from './cloudformation';
import { docker } from './docker';
import { ecs } from './ecs';
import { hardhat } from './hardhat';
import { jestTests } from './jest';
import { memory } from './memory';
import { npm } from './npm';
import { pip } from './pip';
import { prisma } from './prisma';
import { pytest } from './pytest';
import { pythonImport } from './python-import';
import { secrets } from './secrets';
import { smokeTest } from './smoke-test';
import { source } from './source';
import { timeouts } from './timeouts';
import { typescript } from './typescript';

/** Every recognizer, the most telling first: a build that timed out or ran out of memory may have printed anything before. */
export const RECOGNIZERS: readonly Recognizer[] = [
  approval,
  source,
  timeouts,
  memory,
  secrets,
  accessDenied,
  askedOfRepository,
  typescript,
  npm,
  prisma,
  pip,
  pythonImport,
  pytest,
  hardhat,
  jestTests,
  docker,
  ecs,
  cloudformation,
  smokeTest,
];
