import type { IncomingMessage } from 'node:http';
import * as path from 'node:path';

/** By which door a request comes: from a client that was given this machine's address, or from the run's own network, where AWS's names lead here. */
export type Entrance = 'loopback' | 'network';

const LOOPBACK = /^(127\.0\.0\.1|\[::1\]|([a-z0-9.-]+\.)?localhost|host\.docker\.internal)$/i;
/** Names of AWS's services (AWS General Reference, "Service endpoints"). */
const AWS = /^([a-z0-9-]+\.)*(amazonaws\.com(\.cn)?|api\.aws|amazonaws\.eu)$/i;

/**
 * Why a request is refused before anything looks at it. Only a web page sends these headers so: one that made its own name lead here (DNS
 * rebinding), or one of another origin, by whatever way: fetch, form, frame, image, link, WebSocket. AWS's clients send no Origin and name the host that they
 * were given: a loopback name, or `host.docker.internal` from inside a container. Ports count: another port of this machine is another origin.
 */
export function webRefusal(request: IncomingMessage, by: Entrance): string | undefined {
  const { headers, headersDistinct, method, url = '/' } = request;
  const { host = '', origin } = headers;
  if (isAdministration(url)) return 'what stands behind this server is not administered from here';
  if (headersDistinct.host?.length !== 1) return 'a request has to name one host';
  const name = host.replace(/:\d+$/, '');
  if (!LOOPBACK.test(name) && !(by === 'network' && AWS.test(name)))
    return `this server answers on loopback names only, not as ${host.slice(0, 200)}`;
  if (origin !== undefined && origin !== `http://${host}`) return 'another web page may not ask this server';
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    // A link that somebody follows opens the page, without what the page needs to show anything; it reaches nothing else.
    const link =
      method === 'GET' && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
    if (!link) return 'another web page may not ask this server';
  }
  if (headers['sec-fetch-dest'] === 'serviceworker' || headers['service-worker'] !== undefined)
    return 'this server has no service worker';
  if (headers.upgrade !== undefined) return 'this server opens no WebSocket';
  return undefined;
}

/** What every answer carries: no other page frames it, reads it, or has it taken for something else. */
export const PROTECTION: Readonly<Record<string, string>> = {
  'x-frame-options': 'DENY',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; form-action 'none'; base-uri 'none'; sandbox",
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
};

/** Routes by which moto, LocalStack and AWS's instances tell and change what is theirs, and no service's. */
const ADMINISTRATION = /^\/+(moto-api|_localstack|_aws|latest\/(meta-data|user-data|dynamic|api))(\/|$)/i;

/** Whether a server may read a request's path as an administration route: without its query, decoded, `.` and `..` followed. */
function isAdministration(url: string): boolean {
  const [route = '/'] = url.split(/[?#]/);
  try {
    return ADMINISTRATION.test(path.posix.normalize(decodeURIComponent(route)));
  } catch {
    // A sequence that is not a character: no route of these is named so.
    return ADMINISTRATION.test(route);
  }
}
