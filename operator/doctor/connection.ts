import type { Calls } from '../aws';
import { isAbsent, look, type Finding } from './finding.shape';

/**
 * Whether the connection to GitHub is complete: one that is pending never starts the pipeline. The API of the former name answers for ARNs
 * of both service prefixes (Developer Tools console User Guide, "Connections rename - Summary of changes").
 */
export async function checkConnection(aws: Pick<Calls, 'getConnection'>, arn: string): Promise<Finding[]> {
  const check = 'connection';
  const region = arn.split(':')[3] ?? '';
  const page = `https://${region}.console.aws.amazon.com/codesuite/settings/connections?region=${region}`;
  return look(check, 'the connection', async () => {
    try {
      const { Connection } = await aws.getConnection({ ConnectionArn: arn });
      const name = `${Connection?.ConnectionName ?? arn} (${Connection?.ProviderType ?? '?'})`;
      if (Connection?.ConnectionStatus === 'AVAILABLE') return [{ check, status: 'ok', text: `${name} is available` }];
      return [
        {
          check,
          status: 'error',
          text: `${name} is ${Connection?.ConnectionStatus ?? 'in no state'}: the pipeline never starts by itself`,
          fix: `complete its handshake: ${page}`,
        },
      ];
    } catch (error) {
      if (!isAbsent(error)) throw error;
      return [
        {
          check,
          status: 'error',
          text: `there is no connection ${arn}`,
          fix: `make one at ${page} and put its ARN into saiondo.yaml (pipeline.connectionArn)`,
        },
      ];
    }
  });
}
