import { z } from 'zod';
import { costSchema } from './cost.schema';

const accountId = z.string().regex(/^\d{12}$/, 'an AWS account id: 12 digits, in quotes');
const regionName = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'an AWS region, such as ap-northeast-2');

/** A network's address range: a private IPv4 range between /16 and /24, as Amazon VPC allows (VPC User Guide, "VPC CIDR blocks"). */
const cidr = z
  .string()
  .regex(/^(10|172|192)\.\d{1,3}\.\d{1,3}\.\d{1,3}\/(1[6-9]|2[0-4])$/, 'a private IPv4 range between /16 and /24');

/** Fargate's sizes: which memory (MiB) a number of CPU units allows (Amazon ECS Developer Guide, "Task CPU and memory"). */
export const FARGATE_SIZES: Readonly<Record<number, readonly number[]>> = {
  256: [512, 1024, 2048],
  512: [1024, 2048, 3072, 4096],
  1024: [2048, 3072, 4096, 5120, 6144, 7168, 8192],
  2048: Array.from({ length: 13 }, (_, i) => 4096 + i * 1024),
  4096: Array.from({ length: 23 }, (_, i) => 8192 + i * 1024),
};

const taskSize = z
  .strictObject({
    cpu: z.number().int().default(256),
    memory: z.number().int().default(512),
  })
  .superRefine((size, context) => {
    const allowed = FARGATE_SIZES[size.cpu];
    if (!allowed) {
      context.addIssue({
        code: 'custom',
        path: ['cpu'],
        message: `a size that Fargate offers: ${Object.keys(FARGATE_SIZES).join(', ')} CPU units`,
      });
    } else if (!allowed.includes(size.memory)) {
      context.addIssue({
        code: 'custom',
        path: ['memory'],
        message: `a memory that Fargate offers with ${size.cpu} CPU units: ${allowed.join(', ')} MiB`,
      });
    }
  });

/** The networks that hold value: a deployment there must be asked for in words. */
export const MAIN_NETWORKS: readonly string[] = ['mainnet', 'polygon', 'arbitrum', 'optimism', 'base'];
/** What `contracts.mainNetwork` has to say before a contract goes to a main network. */
export const MAIN_NETWORK_CONSENT = 'deploy to the main network';

/** One environment of `saiondo.yaml`: everything in which dev and prod may differ. */
export const environmentSchema = z
  .strictObject({
    account: accountId,
    region: regionName,
    /** Deletion protection everywhere, more than one zone, final snapshots. `prod` must be protected. */
    protected: z.boolean().default(false),
    network: z.strictObject({
      cidr,
      availabilityZones: z.number().int().min(2).max(3).optional(),
      natGateways: z.number().int().min(0).max(3).optional(),
    }),
    services: z
      .strictObject({
        api: taskSize.prefault({}),
        llm: taskSize.prefault({}),
        minTasks: z.number().int().min(1).max(50).optional(),
        maxTasks: z.number().int().min(1).max(50).optional(),
      })
      .prefault({}),
    cost: costSchema.prefault({}),
    contracts: z.strictObject({
      network: z.string().min(1),
      mainNetwork: z.literal(MAIN_NETWORK_CONSENT).optional(),
      /** The source is verified with the network's explorer; its key stands beside the deployer's. */
      explorer: z.boolean().default(false),
    }),
  })
  .superRefine((environment, context) => {
    if (
      MAIN_NETWORKS.includes(environment.contracts.network) &&
      environment.contracts.mainNetwork !== MAIN_NETWORK_CONSENT
    ) {
      context.addIssue({
        code: 'custom',
        path: ['contracts', 'network'],
        message: `a test network, or beside it the words \`mainNetwork: ${MAIN_NETWORK_CONSENT}\`: ${environment.contracts.network} is a main network`,
      });
    }
    if (environment.protected && environment.cost.hours) {
      context.addIssue({
        code: 'custom',
        path: ['cost', 'hours'],
        message: 'nothing here: a protected environment is never stopped',
      });
    }
    const { minTasks = 1, maxTasks = Math.max(minTasks, environment.protected ? 5 : 1) } = environment.services;
    if (minTasks > maxTasks) {
      context.addIssue({
        code: 'custom',
        path: ['services', 'minTasks'],
        message: `at most maxTasks (${maxTasks})`,
      });
    }
  });

/** One environment, as checked. */
export type EnvironmentConfiguration = z.infer<typeof environmentSchema>;
export { accountId, regionName };
