import { z } from 'zod';
import { overlaps } from './cidr';
import { componentsSchema } from './component.schema';
import { isMainNetwork } from './contracts.schema';
import { environmentSchema } from './environment.schema';
import { accountId, regionName } from './names.schema';
import { notificationsSchema } from './notifications.schema';

const repository = z.strictObject({
  name: z.string().regex(/^[\w.-]+\/[\w.-]+$/, 'a GitHub repository: OWNER/REPO'),
  branch: z.string().min(1).default('main'),
});

/** Every key by itself, before what contradicts is refused. */
const unchecked = z.strictObject({
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
    /** Days after which what has passed is built and tested again though nothing has changed: what it was built from has. */
    recordDays: z.number().int().min(1).max(60).default(14),
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
  components: componentsSchema,
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
      /** Values of secrets, by their names: a text, or the keys of a JSON one. A rehearsal puts them into each account. */
      secrets: z.record(z.string().min(1), z.union([z.string(), z.record(z.string(), z.string())])).default({}),
    })
    .prefault({}),
});

/** `saiondo.yaml` as a whole. Strict: an unknown key is an error. */
export const saiondoSchema = unchecked.superRefine((configuration, context) => {
  const { dev, prod } = configuration.environments;
  refuseWithoutComponent(configuration, context);
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
  for (const [name, { contracts }] of servicesWithContracts(configuration)) {
    for (const [variable, contract] of Object.entries(contracts)) {
      const known = configuration.components.contracts?.contracts;
      if (!known || contract in known) continue;
      context.addIssue({
        code: 'custom',
        path: [...name, 'contracts', variable],
        message: `a contract of components.contracts.contracts: ${Object.keys(known).join(', ')}`,
      });
    }
  }
  if (dev.contracts?.mainNetwork && isMainNetwork(dev.contracts.network)) {
    context.addIssue({
      code: 'custom',
      path: ['environments', 'dev', 'contracts', 'mainNetwork'],
      message:
        'must not be here: only prod deploys to a main network. Remove this key, and name a test network as `network`',
    });
  }
  if (dev.network.cidr && prod.network.cidr && overlaps(dev.network.cidr, prod.network.cidr)) {
    context.addIssue({
      code: 'custom',
      path: ['environments', 'prod', 'network', 'cidr'],
      message: `must not overlap dev’s range ${dev.network.cidr}: two networks that overlap can never be connected`,
    });
  }
});

/** The whole configuration, as checked. */
export type Configuration = z.infer<typeof saiondoSchema>;

/** What belongs to a component that the repository has not, and what a component wants that is not there. */
function refuseWithoutComponent(
  configuration: z.infer<typeof unchecked>,
  context: z.core.$RefinementCtx<z.infer<typeof unchecked>>,
): void {
  const { components, environments } = configuration;
  const issue = (path: (string | number)[], message: string): void =>
    context.addIssue({ code: 'custom', path, message });
  if (!components.web && Object.keys(components.otherWeb).length > 0)
    issue(['components', 'otherWeb'], 'nothing here without components.web: they are served below the site’s address');
  for (const [name, { contracts }] of Object.entries(environments))
    if (components.contracts && !contracts)
      issue(
        ['environments', name, 'contracts'],
        'the network that components.contracts is deployed to: { network: sepolia }',
      );
  for (const [path, { environment, secrets, contracts, writable }] of servicesWithContracts(configuration)) {
    const service = path.at(-1);
    const given = { environment, secrets, contracts, writable };
    for (const [key, value] of Object.entries(given)) {
      if (Object.keys(value).length === 0) continue;
      if (service === 'llm' && !components.llm)
        issue([...path, key], 'nothing here without components.llm: no such service is deployed');
      else if (key === 'contracts' && !components.contracts)
        issue([...path, key], 'nothing here without components.contracts: none is deployed');
    }
  }
}

/** Every service of every environment, with its path in the file. */
function servicesWithContracts({ environments }: z.infer<typeof unchecked>) {
  return (['dev', 'prod'] as const).flatMap((environment) =>
    (['api', 'llm'] as const).map(
      (service) =>
        [['environments', environment, 'services', service], environments[environment].services[service]] as const,
    ),
  );
}
