import { z } from 'zod';
import { accountId, environmentSchema, regionName } from './environment.schema';
import { notificationsSchema } from './notifications.schema';

const repository = z.strictObject({
  name: z.string().regex(/^[\w.-]+\/[\w.-]+$/, 'a GitHub repository: OWNER/REPO'),
  branch: z.string().min(1).default('main'),
});

/** A folder inside the application repository: relative, and never out of it. */
const directory = z
  .string()
  .regex(/^(?!\/)(?!.*(^|\/)\.\.(\/|$)).+$/, 'a folder inside the application repository, without `..`');

const service = z.strictObject({
  directory,
  port: z.number().int().min(1).max(65535),
  healthPath: z.string().startsWith('/'),
  /** What the container runs, given to a shell. */
  command: z.string().min(1),
});

/** `saiondo.yaml` as a whole. Strict: an unknown key is an error. */
export const saiondoSchema = z
  .strictObject({
    project: z.string().regex(/^[a-z][a-z0-9-]{1,19}$/, '2 to 20 lower-case letters, digits and dashes'),
    owner: z.string().min(1),
    costCentre: z.string().min(1),
    pipeline: z.strictObject({
      name: z.string().regex(/^[A-Za-z0-9.@_-]{1,100}$/, 'a pipeline name: letters, digits and . @ _ -'),
      account: accountId,
      region: regionName,
      connectionArn: z
        .string()
        .regex(
          /^arn:aws[a-z-]*:(codeconnections|codestar-connections):[a-z0-9-]+:\d{12}:connection\/[0-9a-f-]{36}$/,
          'the ARN of a CodeConnections connection',
        ),
      /** Hours that an approval waits; then it counts as rejected, and the next commit gets its turn (CodePipeline: 5 minutes to 60 days). */
      approvalHours: z.number().int().min(1).max(1440).default(72),
      /** Whether pull requests of the application are tested, and GitHub shows the result. */
      pullRequests: z.boolean().default(true),
      /** Credentials of Docker Hub, for base images that are none of its official ones: those come from ECR Public. */
      dockerHubSecretArn: z
        .string()
        .regex(
          /^arn:aws:secretsmanager:[a-z0-9-]+:\d{12}:secret:ecr-pullthroughcache\/[\w/+=.@-]+$/,
          'the ARN of a secret whose name begins with ecr-pullthroughcache/, as ECR asks',
        )
        .optional(),
    }),
    notifications: notificationsSchema.prefault({}),
    repositories: z.strictObject({ application: repository, pipeline: repository }),
    components: z.strictObject({
      api: service,
      llm: service,
      web: z.strictObject({ directory }),
      contracts: z.strictObject({ directory }),
    }),
    environments: z.strictObject({ dev: environmentSchema, prod: environmentSchema }),
    /** What stands in, in a rehearsal, for what the environments reach outside AWS. AWS never sees it. */
    rehearsal: z
      .strictObject({
        chain: z
          .strictObject({
            directory: z.string().min(1),
            install: z.string().min(1),
            command: z.string().includes('{port}', { message: 'a command that holds {port}' }),
            deployerKey: z.string().regex(/^0x[0-9a-f]{64}$/, 'a private key of the local chain: 0x and 64 hex digits'),
          })
          .optional(),
      })
      .prefault({}),
  })
  .superRefine((configuration, context) => {
    const { dev, prod } = configuration.environments;
    for (const [name, { region }] of Object.entries(configuration.environments)) {
      if (region === configuration.pipeline.region) continue;
      context.addIssue({
        code: 'custom',
        path: ['environments', name, 'region'],
        message: `the pipeline’s region, ${configuration.pipeline.region}: its artifacts and images are there`,
      });
    }
    if (!prod.protected) {
      context.addIssue({
        code: 'custom',
        path: ['environments', 'prod', 'protected'],
        message: 'true: prod holds the customers’ data',
      });
    }
    if (overlaps(dev.network.cidr, prod.network.cidr)) {
      context.addIssue({
        code: 'custom',
        path: ['environments', 'prod', 'network', 'cidr'],
        message: `a range that does not overlap dev’s ${dev.network.cidr}: the two could never be peered`,
      });
    }
  });

/** The whole configuration, as checked. */
export type Configuration = z.infer<typeof saiondoSchema>;

/** Whether two IPv4 ranges share an address. */
export function overlaps(a: string, b: string): boolean {
  const range = (cidr: string): [number, number] => {
    const [address = '', bits = '32'] = cidr.split('/');
    const start = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
    const size = 2 ** (32 - Number(bits));
    return [Math.floor(start / size) * size, Math.floor(start / size) * size + size - 1];
  };
  const [a0, a1] = range(a);
  const [b0, b1] = range(b);
  return a0 <= b1 && b0 <= a1;
}
