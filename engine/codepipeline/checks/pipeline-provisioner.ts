import type { Provisioner } from '../../ports/provisioner';
import { readPipeline } from '../definition/definition';
import { refuseInvalid } from './pipeline-check';

/**
 * A pipeline's own resource: its definition is checked as CodePipeline checks it, so that a stack with a wrong one fails and rolls back, in
 * the first deployment and in a self-mutation alike.
 */
export const pipelineProvisioner: Provisioner = {
  ensure: async ({ account, region, stackName, logicalId, physicalId, properties }) => {
    const pipeline = readPipeline({ logicalId, physicalId, properties }, { account, region, stackName });
    refuseInvalid(pipeline, { file: `stack ${stackName}`, path: `Resources.${logicalId}.Properties` });
    return { standing: 'recorded' };
  },
};
