import * as fs from 'node:fs';
import type { Configuration } from '../../config/load';
import { createCommand, wantedSecrets } from '../../config/wanted-secrets';
import type { SourceRepositories } from '../../engine/ports/sources';
import { SaiondoError } from '../../model/errors';
import { say } from '../output/print';
import { sayFindings } from '../repository/check';

/**
 * Says what the application repository lacks, and refuses a run whose services would be given secrets that are not there: all of them at once,
 * ahead of the first action.
 * @param options `whole` is false where the run ends before the services, which then need none
 * @throws SaiondoError `SECRETS_MISSING`
 */
export function checkFirst(
  configuration: Configuration,
  options: {
    readonly sources: SourceRepositories;
    /** Whether a secret of this name is given or kept from an earlier run. */
    readonly has: (name: string) => boolean;
    readonly whole: boolean;
  },
): void {
  const { sources, has, whole } = options;
  const application = sources.get(configuration.repositories.application.name);
  // A commit that is not checked out cannot be looked at here: its synthesis reads the same folder.
  if (application && fs.existsSync(application.path))
    for (const line of sayFindings(application.path, configuration)) say(line);
  const missing = missingSecrets(configuration, has);
  if (missing.length === 0) return;
  const list = missing.map(
    (one) =>
      `the secret ${one.name} of account ${one.account}${one.keys.length > 0 ? ` with ${one.keys.join(', ')}` : ''} (${one.namedBy.join(', ')})`,
  );
  if (!whole) {
    for (const line of list) say(`check: ${line} is not there`);
    return;
  }
  throw new SaiondoError(`${missing.length} secrets are not there:\n${list.join('\n')}`, {
    code: 'SECRETS_MISSING',
    where: { file: 'saiondo.yaml', path: 'rehearsal.secrets' },
    next: `give their values under rehearsal.secrets in saiondo.yaml; on AWS: ${missing.map(createCommand).join('; ')}`,
  });
}

/** The secrets that nobody gives, and those of `rehearsal.secrets` that lack a key. */
function missingSecrets(
  configuration: Configuration,
  has: (name: string) => boolean,
): ReturnType<typeof wantedSecrets> {
  return wantedSecrets(configuration).filter(({ name, keys }) => {
    const given = configuration.rehearsal.secrets[name];
    if (given === undefined) return !has(name);
    return typeof given !== 'string' && keys.some((key) => !(key in given));
  });
}
