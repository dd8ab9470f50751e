import * as http from 'node:http';
import type { Emit } from '../../model/events';
import type { StackLedger } from '../ports/ledger';

/** What a person would try first: each deployed load balancer is asked for its health path, as the run leaves it. */
export async function checkEndpoints(ledger: StackLedger, emit: Emit): Promise<void> {
  const groups = ledger.resources('AWS::ElasticLoadBalancingV2::TargetGroup');
  for (const balancer of ledger.resources('AWS::ElasticLoadBalancingV2::LoadBalancer')) {
    const health = groups.find((group) => group.stack.stackName === balancer.stack.stackName)?.properties
      .HealthCheckPath;
    const url = `http://${String(balancer.attributes.DNSName)}${String(health ?? '/')}`;
    const { status, body } = await get(url);
    emit({
      kind: 'endpoint.checked',
      environment: balancer.stack.stackName,
      name: balancer.logicalId,
      url,
      status,
      body: body.slice(0, 500),
    });
  }
}

/** Status and body of a page; status 0 and the reason where nothing answers within five seconds. */
function get(url: string): Promise<{ status: number; body: string }> {
  return new Promise((done) => {
    const request = http
      .get(url, { timeout: 5000 }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('end', () =>
          done({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
        );
      })
      .once('timeout', () => request.destroy(new Error('no answer within 5 s')))
      .once('error', (error) => done({ status: 0, body: error.message }));
  });
}
