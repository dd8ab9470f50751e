import type { z } from 'zod';
import { withDefaults } from './environment-defaults';
import { environmentInput } from './environment.input';

const environmentObject = environmentInput.superRefine((environment, context) => {
  const issue = (path: string[], message: string): void => context.addIssue({ code: 'custom', path, message });
  const { database, services } = environment;
  const whole = withDefaults(environment);
  const { minTasks, maxTasks } = whole.services;
  if (minTasks > maxTasks)
    issue(
      ['services', services.minTasks === undefined ? 'maxTasks' : 'minTasks'],
      `minTasks (${minTasks}) at most maxTasks (${maxTasks})`,
    );
  if (
    database.existing &&
    environment.migrations.snapshot !== false &&
    !database.existing.instance &&
    environment.protected
  )
    issue(
      ['database', 'existing', 'instance'],
      'the RDS instance’s identifier, which the snapshot before a migration is taken of; or `migrations: { snapshot: false }`',
    );
  if (environment.https && environment.web.hosting === 'cloudfront' && !environment.https.siteCertificate)
    issue(
      ['https', 'domain'],
      'with it `siteCertificate`, the ARN of the site’s certificate in us-east-1, which CloudFront takes one from',
    );
  if (!environment.protected) return;
  if (environment.migrations.drift === 'push')
    issue(['migrations', 'drift'], 'error or warn: a protected environment is changed by migrations only');
  if (environment.cost.hours)
    issue(['cost', 'hours'], 'must not be here: a protected environment is never stopped. Remove this key');
  if (database.multiAz === false)
    issue(['database', 'multiAz'], 'true: a protected environment survives the loss of a zone');
  if (database.backupDays !== undefined && database.backupDays < 7)
    issue(['database', 'backupDays'], 'at least 7 days in a protected environment');
  if (whole.cache.replicas < 1)
    issue(['cache', 'replicas'], 'at least 1: a protected environment survives the loss of a zone');
  if (minTasks < 2) issue(['services', 'minTasks'], 'at least 2: a protected environment survives the loss of a zone');
  if (services.spot)
    issue(['services', 'spot'], 'false: Spot tasks of a protected environment may all be taken away at once');
});

/** One environment of `saiondo.yaml`: everything in which dev and prod may differ, with defaults by whether it is protected. */
export const environmentSchema = environmentObject.transform(withDefaults);

/** One environment, as checked, with its defaults. */
export type EnvironmentConfiguration = z.infer<typeof environmentSchema>;
