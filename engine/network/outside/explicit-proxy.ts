import * as http from 'node:http';
import type * as net from 'node:net';
import type { Proxy } from './proxy';

/**
 * The same decisions for tools that are told of a proxy (`HTTPS_PROXY`): where there is no namespace, and for containers. What comes by CONNECT is
 * led as a connection to that name; a plain request becomes one.
 */
export function explicitProxy(proxy: Proxy): http.Server {
  const server = http.createServer((request, response) => {
    const url = parse(request.url);
    if (!url || url.protocol !== 'http:') {
      response.writeHead(400, { 'content-type': 'text/plain' });
      response.end('this is a proxy: give it an absolute http address, or CONNECT\n');
      return;
    }
    // The request as its host sees it, on a connection that is led like any other.
    request.url = `${url.pathname}${url.search}`;
    request.headers.host = url.host;
    proxy.request(request, response, url.hostname, Number(url.port) || 80);
  });
  server.on('connect', (request: http.IncomingMessage, socket: net.Socket, head: Buffer) => {
    const target = /^(.+):(\d+)$/.exec(request.url ?? '');
    if (!target) return void socket.destroy();
    const host = String(target[1]).replace(/^\[|\]$/g, '');
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    if (head.length > 0) socket.unshift(head);
    proxy.take(socket, { name: host, address: host, port: Number(target[2]) });
  });
  server.on('clientError', (_error, socket) => socket.destroy());
  return server;
}

function parse(url: string | undefined): URL | undefined {
  try {
    return new URL(url ?? '');
  } catch {
    return undefined;
  }
}
