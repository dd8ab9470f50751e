import { parseConfiguration } from '../../config/load';
import type { DiskLedger } from '../../engine/cloudformation/ledger';
import { CONFIGURATION, synthesized } from '../app/synthesized';
import { deployAll } from './deployed-app';

/** The shipped app with the shipped configuration, every stack deployed to a ledger, in the accounts that the configuration names. */
export async function deployShippedApp(): Promise<DiskLedger> {
  const { pipeline, environments } = parseConfiguration(CONFIGURATION, 'saiondo.yaml');
  return deployAll(
    Object.entries(synthesized()).map(([name, template]) => {
      const [stage = ''] = name.split('/');
      const at = stage === 'Dev' ? environments.dev : stage === 'Prod' ? environments.prod : pipeline;
      return { name: name.replaceAll('/', '-'), account: at.account, region: at.region, template };
    }),
  );
}
