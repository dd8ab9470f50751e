import * as http from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a scenario finds in AWS before it starts. */
export interface AwsContent {
  /** States of CloudWatch alarms by name. */
  readonly alarms?: Readonly<Record<string, string>>;
  /** Buckets that exist. */
  readonly buckets?: readonly string[];
}

/**
 * As much of S3 and CloudWatch as a scenario needs, in memory: the rehearsal's own endpoint takes seconds to start. The same runners are tested
 * against that one in test/engine/codepipeline/actions.test.ts.
 */
export class AwsStandIn {
  private readonly objects = new Map<string, Buffer[]>();
  private readonly buckets: Set<string>;
  private readonly server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => this.answer(request, Buffer.concat(chunks), response));
  });

  constructor(private readonly content: AwsContent) {
    this.buckets = new Set(content.buckets);
  }

  /** @returns its address */
  async listen(): Promise<string> {
    await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  /** `bucket/key` of every object. */
  keys(): string[] {
    return [...this.objects.keys()].sort();
  }

  private answer(request: http.IncomingMessage, body: Buffer, response: http.ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://x');
    if (url.pathname === '/') return this.describeAlarm(new URLSearchParams(body.toString()), response);
    const [, bucket = '', ...rest] = decodeURIComponent(url.pathname).split('/');
    const key = rest.join('/');
    const end = (status: number, headers: Record<string, string> = {}, content?: Buffer): void => {
      response.writeHead(status, headers);
      response.end(content);
    };
    if (key === '') {
      if (request.method === 'PUT') this.buckets.add(bucket);
      return end(this.buckets.has(bucket) ? 200 : 404);
    }
    const versions = this.objects.get(`${bucket}/${key}`) ?? [];
    if (request.method === 'PUT') {
      this.objects.set(`${bucket}/${key}`, [...versions, body]);
      return end(200, { etag: '"e"', 'x-amz-version-id': String(versions.length + 1) });
    }
    const version = Number(url.searchParams.get('versionId') ?? versions.length);
    const found = versions[version - 1];
    end(found ? 200 : 404, { etag: '"e"', 'x-amz-version-id': String(version) }, found);
  }

  private describeAlarm(form: URLSearchParams, response: http.ServerResponse): void {
    const state = this.content.alarms?.[form.get('AlarmNames.member.1') ?? ''];
    const member = state ? `<member><StateValue>${state}</StateValue></member>` : '';
    response.writeHead(200, { 'content-type': 'text/xml' });
    response.end(
      `<DescribeAlarmsResponse><DescribeAlarmsResult><MetricAlarms>${member}</MetricAlarms></DescribeAlarmsResult></DescribeAlarmsResponse>`,
    );
  }
}
