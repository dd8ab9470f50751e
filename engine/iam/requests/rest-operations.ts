import type { AskedPermission, AskedRequest } from './asked-request';

interface Operation {
  readonly method: string;
  /** Matches the path; its group is the name of the resource. */
  readonly path: RegExp;
  readonly action: string;
  /** The resource's name in its ARN, made of the name in the path. */
  readonly resource: (name: string, request: AskedRequest) => string;
}

const functionArn = (name: string, { account, region }: AskedRequest): string =>
  name.startsWith('arn:') ? name : `arn:aws:lambda:${region}:${account}:function:${name}`;
const distributionArn = (id: string, { account }: AskedRequest): string =>
  `arn:aws:cloudfront::${account}:distribution/${id}`;
const ofFunction = (method: string, path: RegExp, action: string): Operation => ({
  method,
  path,
  action,
  resource: functionArn,
});

/** Operations of the REST protocols, which say nowhere but in method and path what they are (Lambda API Reference, CloudFront API Reference). */
const operations: Readonly<Record<string, readonly Operation[]>> = {
  lambda: [
    ofFunction('POST', /^\/2015-03-31\/functions\/([^/?]+)\/invocations/, 'lambda:InvokeFunction'),
    ofFunction('GET', /^\/2015-03-31\/functions\/([^/?]+)\/configuration/, 'lambda:GetFunctionConfiguration'),
    ofFunction('PUT', /^\/2015-03-31\/functions\/([^/?]+)\/configuration/, 'lambda:UpdateFunctionConfiguration'),
    ofFunction('PUT', /^\/2015-03-31\/functions\/([^/?]+)\/code/, 'lambda:UpdateFunctionCode'),
    ofFunction('POST', /^\/2015-03-31\/functions\/([^/?]+)\/versions/, 'lambda:PublishVersion'),
    ofFunction('GET', /^\/2015-03-31\/functions\/([^/?]+)(?:\?|$)/, 'lambda:GetFunction'),
    ofFunction('DELETE', /^\/2015-03-31\/functions\/([^/?]+)(?:\?|$)/, 'lambda:DeleteFunction'),
  ],
  cloudfront: [
    {
      method: 'POST',
      path: /^\/2020-05-31\/distribution\/([A-Z0-9]+)\/invalidation/,
      action: 'cloudfront:CreateInvalidation',
      resource: distributionArn,
    },
    {
      method: 'GET',
      path: /^\/2020-05-31\/distribution\/([A-Z0-9]+)\/invalidation\//,
      action: 'cloudfront:GetInvalidation',
      resource: distributionArn,
    },
    {
      method: 'GET',
      path: /^\/2020-05-31\/distribution\/([A-Z0-9]+)(?:\?|$)/,
      action: 'cloudfront:GetDistribution',
      resource: distributionArn,
    },
  ],
};

/** What a request of a REST protocol needs; undefined: its operation is not known here. */
export function restPermission(request: AskedRequest): AskedPermission | undefined {
  for (const { method, path, action, resource } of operations[request.service] ?? []) {
    const name = request.method === method ? path.exec(request.url)?.[1] : undefined;
    if (name !== undefined) return { action, resource: resource(decodeURIComponent(name), request) };
  }
  return undefined;
}
