/** A cause that has happened before, with its remedy. `docs/runbook.md` has a section for each, with the anchor `#known-SLUG`. */
export interface KnownCause {
  readonly title: string;
  /** What to do, in a sentence or a command. */
  readonly remedy: string;
}

/** Known causes by slug. A slug stays: the runbook, and what was written about old failures, link it. */
export const KNOWN_CAUSES = {
  'test-failed': {
    title: 'A test fails',
    remedy: 'run the test here, fix the code or the test, and push; a retry of the same commit fails again',
  },
  'type-error': { title: 'The code does not compile', remedy: 'fix the line that the compiler names, and push' },
  'missing-package': {
    title: 'A package is imported and not installed',
    remedy: 'add it to package.json with its lock file (npm install --save-exact NAME), and push',
  },
  'lock-file-out-of-date': {
    title: 'The lock file does not fit package.json',
    remedy: 'run npm install (or yarn install) in the component’s folder and commit the lock file',
  },
  'package-not-found': {
    title: 'A registry does not have a package',
    remedy: 'look at the name and the version; if both are right the registry was not reachable: saiondo retry',
  },
  'python-import': {
    title: 'A Python import fails',
    remedy: 'add the package to requirements.txt, or fix the module’s name, and push',
  },
  'bad-migration': {
    title: 'A migration’s SQL is wrong',
    remedy:
      'mark it rolled back (npx prisma migrate resolve --rolled-back NAME) against that database, fix its SQL, and push',
  },
  'migration-blocked-by-data': {
    title: 'Rows that exist forbid a migration',
    remedy:
      'put a migration before it that fixes the rows, mark this one rolled back (npx prisma migrate resolve --rolled-back NAME), and push',
  },
  'migration-failed-before': {
    title: 'A migration failed earlier and blocks the next ones',
    remedy: 'see what it left, then npx prisma migrate resolve --rolled-back (or --applied) NAME against that database',
  },
  'database-unreachable': {
    title: 'The database does not answer',
    remedy: 'look whether the instance runs and whether the build’s security group may reach it, then saiondo retry',
  },
  'dockerfile-error': { title: 'The Dockerfile is wrong', remedy: 'fix the line that the builder names, and push' },
  'image-build-step': {
    title: 'A step of the image’s build fails',
    remedy: 'docker build the component’s folder here; the step’s own output says why',
  },
  'base-image-not-found': {
    title: 'A base image cannot be had',
    remedy: 'look at the name and tag in FROM; a public registry’s limit or outage fixes itself: saiondo retry',
  },
  'registry-login': {
    title: 'A registry does not accept the login',
    remedy:
      'log in in the same build before the pull: aws ecr get-login-password | docker login …; for public.ecr.aws docker logout does too',
  },
  'toolchain-version': {
    title: 'A runtime is not of the version that a tool or a package needs',
    remedy:
      'raise it (a newer image, runtime-versions, the pinned SDK), or pin the tool to a version that takes this one',
  },
  'disk-full': {
    title: 'The disk is full',
    remedy: 'use a larger compute type, or remove what the build does not need (docker system prune, caches)',
  },
  'migration-heads': {
    title: 'Two migrations have the same parent',
    remedy: 'join them with alembic merge heads, commit the merge revision, and push',
  },
  'migration-missing': {
    title: 'The database knows a migration that the checkout does not have',
    remedy: 'deploy the commit that has it, or bring the database back first; do not create the revision again',
  },
  'missing-headers': {
    title: 'A package with a native part cannot be built',
    remedy:
      'install the development package that has the header or the tool, or take a version of the package with a ready wheel',
  },
  'not-bootstrapped': {
    title: 'An account or region is not bootstrapped',
    remedy:
      'run cdk bootstrap aws://ACCOUNT/REGION with the pipeline’s account as --trust, then saiondo retry; make no parameter or role by hand',
  },
  'export-in-use': {
    title: 'An export that another stack imports would change',
    remedy:
      'keep the export for one deployment (this.exportValue), deploy the stack that imports it without it, then remove it',
  },
  'contract-does-not-compile': {
    title: 'A contract does not compile',
    remedy: 'npx hardhat compile in the contracts’ folder names the line; fix it, and push',
  },
  'on-chain-code-differs': {
    title: 'The code on chain is not the compiled one',
    remedy:
      'do not use that address: find what deployed it, take the registry’s parameter away so that the next run deploys again, then saiondo retry',
  },
  'missing-secret': {
    title: 'A secret or a parameter is not there',
    remedy:
      'put it in place in the account that the message names (saiondo doctor prints the command), then saiondo retry',
  },
  'access-denied': {
    title: 'A role may not do what was asked of it',
    remedy: 'grant the action on the resource in the stack that makes the role, and push',
  },
  'build-timeout': {
    title: 'A build took longer than it may',
    remedy:
      'see which command hung (saiondo triage --log); raise the project’s timeout only where the work is really longer',
  },
  'out-of-memory': {
    title: 'A process needed more memory than there is',
    remedy: 'use a larger compute type for the project, or bound the process (NODE_OPTIONS=--max-old-space-size=…)',
  },
  'template-property': {
    title: 'CloudFormation does not take a property',
    remedy: 'fix the property in the stack of lib/, and push; the resource type’s page in AWS’s reference has them all',
  },
  'stack-rolled-back': {
    title: 'CloudFormation rolled a stack back',
    remedy: 'the first resource that failed is the cause, the others were cancelled; fix it, and push',
  },
  'service-unhealthy': {
    title: 'A service never got healthy',
    remedy: 'its container’s last lines and the health check’s path say why; the old task still serves',
  },
  'smoke-test': {
    title: 'The deployed service does not answer as it should',
    remedy:
      'look at the service’s log and its load balancer’s targets; saiondo rollback STAGE brings the last good one back',
  },
  'approval-rejected': {
    title: 'Somebody rejected it',
    remedy: 'the comment says why; a new commit starts a new execution',
  },
  'source-connection': {
    title: 'The source could not be read',
    remedy:
      'complete the connection’s handshake in the console (saiondo doctor), and see that it may read the repository',
  },
  drift: {
    title: 'The database is not what the schema says',
    remedy:
      'write the missing migration (npx prisma migrate dev --name NAME), or configure migrations.drift for dev (docs/baseline.md), and push',
  },
  'no-contract-address': {
    title: 'A deployment of contracts made none of the configured ones',
    remedy: 'compare components.contracts.contracts with what the deployment script deploys; its output is in the log',
  },
  'contract-deployment-failed': {
    title: 'The deployment of contracts failed',
    remedy:
      'its own output is in the log; an address that was made is written down already, so saiondo retry deploys only what is missing',
  },
  'reporter-missing': {
    title: 'A test reporter is not installed',
    remedy: 'take --reporters out of the test command: the pipeline brings its own (components.NAME.test)',
  },
  'no-tests-found': {
    title: 'A test runner finds no tests',
    remedy: 'name a command that finds them in components.NAME.test, or say components.NAME.tests: none',
  },
  'missing-variable': {
    title: 'A variable is asked for and not given',
    remedy:
      'give it: components.NAME.buildEnvironment for a build, environments.NAME.services.SERVICE.environment or secrets for a service (saiondo check names them all)',
  },
  'read-only-file-system': {
    title: 'A service writes to its read-only file system',
    remedy: 'name the folder in environments.NAME.services.SERVICE.writable, or log to standard output',
  },
  'wrong-command': {
    title: 'A container starts a file that its image has not',
    remedy: 'name the file that the build writes in components.api.command (its package.json’s start script says it)',
  },
  'redis-connection': {
    title: 'A service cannot use Redis',
    remedy:
      'give its client TLS and the password (REDIS_TLS, REDIS_PASSWORD), or set environments.NAME.cache.tls: preferred',
  },
  'hardhat-network': {
    title: 'Hardhat has not the network',
    remedy: 'deploy with --network "$NETWORK": the pipeline lays that network over the project’s own configuration',
  },
  'tool-missing': {
    title: 'A build calls a tool that its image has not',
    remedy:
      'let the command bring it (components.NAME.install), or configure the package manager (components.NAME.packageManager)',
  },
  'browser-missing': {
    title: 'A browser of a test, or a library of it, is not there',
    remedy:
      'install it before the test (npx playwright install --with-deps, npx puppeteer browsers install chrome), or take an image that has it',
  },
  'missing-file': {
    title: 'A file that the code names is not in the repository',
    remedy:
      'commit it, or write its name as the file is called: letters count (saiondo check names every such file); where only a type checker reads it, set components.NAME.build',
  },
  'test-paths': {
    title: 'A test runner is not told of the paths of tsconfig.json',
    remedy: 'add moduleNameMapper to Jest’s configuration, or take the components.api.test that saiondo check prints',
  },
  'bundler-entry': {
    title: 'The bundler’s configuration names what cannot be imported',
    remedy: 'take the name out of manualChunks, or take the components.web.build that saiondo check prints',
  },
  'git-package': {
    title: 'A package comes from a git repository that the build may not read',
    remedy: 'take the package from the registry (overrides of package.json, or components.NAME.install)',
  },
  'host-unreachable': {
    title: 'A download host is not reachable',
    remedy:
      'open the host for the build (network.egress), or bring what it has from a registry: components.NAME.install; compiler: npm for Solidity’s',
  },
  'configuration-invalid': {
    title: 'saiondo.yaml says what cannot be',
    remedy: 'fix the line that is named (npm run synth says the same here), commit it, and push',
  },
  'rollback-complete': {
    title: 'A stack’s first deployment was rolled back',
    remedy:
      'delete the stack, then start again: saiondo rehearse --delete-rolled-back in a rehearsal; on AWS aws cloudformation delete-stack --stack-name NAME, then saiondo retry',
  },
} as const satisfies Record<string, KnownCause>;

/** The name of a known cause. */
export type KnownCauseSlug = keyof typeof KNOWN_CAUSES;

/** The section of the runbook for a known cause. */
export function runbookLink(slug: string): string {
  return `docs/runbook.md#known-${slug}`;
}
