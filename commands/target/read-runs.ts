import { answerInProcess } from '../../engine/api/protocol/service';
import { ApiError } from '../../engine/api/protocol/api-error';
import { rehearsalServices } from '../../engine/api/rehearsal-services';
import { DiskLedger } from '../../engine/cloudformation/ledger';
import { personPrincipal } from '../../engine/gateway/credentials';
import { Runs } from '../../engine/runs/runs';
import type { Layout } from '../../model/layout';
import type { Connection } from '../../operator/aws';

/** Operations that read; the others are the endpoint's, which has the engine or refuses them. */
const READS = /^(?:Get|List|BatchGet|Describe)/;

/**
 * The runs of a folder as CodePipeline, CodeBuild and CloudWatch Logs answer for them, in this process: each run's log is read once, whether an engine
 * still writes it or not.
 */
export function readRuns(layout: Layout): NonNullable<Connection['local']> {
  const runs = new Runs(layout);
  const services = rehearsalServices({ runs, ledger: () => new DiskLedger(layout) }, () => undefined);
  return (place) => {
    const caller = { ...place, principal: personPrincipal(place.account, 'person') };
    return async (service, operation, input) => {
      if (!READS.test(operation)) return undefined;
      try {
        return await answerInProcess(services[service], operation, input, caller);
      } catch (error) {
        throw error instanceof ApiError ? clientError(error) : error;
      }
    };
  };
}

/** An error as AWS's clients throw it: named after its code, with the status of its answer. */
function clientError({ code, message, status }: ApiError): Error {
  return Object.assign(new Error(message), { name: code, $metadata: { httpStatusCode: status } });
}
