import * as fs from 'node:fs';
import * as path from 'node:path';
import { AWS_DOMAINS } from './aws-hosts';

/** For Node.js (`NODE_OPTIONS=--require`): a connection to a host of AWS is made to our port instead; TLS and HTTP name the host there. */
const NODE = `'use strict';
// Made by the rehearsal: leads connections to AWS to the rehearsal's own.
const net = require('node:net');
const domains = DOMAINS;
const isAws = (host) => domains.some((domain) => host === domain || host.endsWith('.' + domain));
const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...args) {
  const list = Array.isArray(args[0]) ? args[0] : args;
  const [options] = list;
  const host = typeof options === 'object' && options !== null ? options.host : typeof list[1] === 'string' ? list[1] : undefined;
  if (typeof host === 'string' && isAws(host.toLowerCase().replace(/\\.$/, ''))) {
    if (typeof options === 'object') list[0] = { ...options, host: '127.0.0.1', port: PORT, lookup: undefined };
    else (list[0] = PORT), (list[1] = '127.0.0.1');
  }
  return connect.apply(this, args);
};
`;

/** For Python (\`sitecustomize\`): a name of AWS resolves to our port. */
const PYTHON = `# Made by the rehearsal: leads connections to AWS to the rehearsal's own.
import socket
_domains = tuple(DOMAINS)
_getaddrinfo = socket.getaddrinfo
def getaddrinfo(host, port, *args, **kwargs):
    name = host.decode() if isinstance(host, bytes) else host
    if isinstance(name, str):
        name = name.lower().rstrip('.')
        if name in _domains or name.endswith(tuple('.' + one for one in _domains)):
            host, port = '127.0.0.1', PORT
    return _getaddrinfo(host, port, *args, **kwargs)
socket.getaddrinfo = getaddrinfo
`;

/** Writes the modules that lead AWS's names where there is no namespace. @returns the variables that load them */
export function writePreloads(directory: string, port: number): Record<string, string> {
  const node = path.join(directory, 'lead-aws.js');
  const python = path.join(directory, 'python');
  const filled = (text: string): string =>
    text.replaceAll('DOMAINS', JSON.stringify(AWS_DOMAINS)).replaceAll('PORT', String(port));
  fs.mkdirSync(python, { recursive: true });
  fs.writeFileSync(node, filled(NODE));
  fs.writeFileSync(path.join(python, 'sitecustomize.py'), filled(PYTHON));
  return { NODE_OPTIONS: `--require=${JSON.stringify(node)}`, PYTHONPATH: python };
}
