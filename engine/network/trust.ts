import * as fs from 'node:fs';
import * as path from 'node:path';
import type { SandboxMount } from '../ports/isolation';
import { javaKeyStore, javaKeyStores } from './java-key-store';

/** Where Linux distributions have the bundle of certificate authorities (Go, crypto/x509/root_linux.go). */
const BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/tls/cacert.pem',
  '/etc/ssl/cert.pem',
];

/** Variables by which a person names the authorities of their network. */
const OF_THE_PERSON = ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE'];

/** Variables by which tools are told of a bundle. */
const VARIABLES = [
  'NODE_EXTRA_CA_CERTS',
  'AWS_CA_BUNDLE',
  'SSL_CERT_FILE',
  'REQUESTS_CA_BUNDLE',
  'CURL_CA_BUNDLE',
  'GIT_SSL_CAINFO',
  'PIP_CERT',
  'CARGO_HTTP_CAINFO',
  'BUNDLE_SSL_CA_CERT',
  'DENO_CERT',
  'NIX_SSL_CERT_FILE',
  'HTTPLIB2_CA_CERTS',
];

/**
 * Writes a bundle of what this machine and this person trust, with the run's authority, and the same as a list of Java's where a JDK is here. What a JDK's
 * own list had beyond the system's bundle is not in it.
 * @param authority in PEM
 * @returns what to mount where, and the variables that name it
 */
export function writeBundle(
  directory: string,
  authority: string,
  environment: Readonly<Record<string, string | undefined>>,
): { readonly file: string; readonly files: readonly SandboxMount[] } {
  const file = path.join(directory, 'ca-certificates.crt');
  const system = BUNDLES.filter((one) => fs.existsSync(one));
  const sources = [system[0], ...OF_THE_PERSON.map((name) => environment[name])];
  const texts = [...new Set(sources)].map((one) => read(one));
  const bundle = `${[...new Set(texts), authority].map((text) => text.trim()).join('\n')}\n`;
  fs.writeFileSync(file, bundle);
  const stores = javaKeyStores(environment);
  const store = path.join(directory, 'cacerts');
  if (stores.length > 0) fs.writeFileSync(store, javaKeyStore(bundle));
  // A link and its target are one file: a mount goes over files.
  const targets = new Set((system.length > 0 ? system : BUNDLES.slice(0, 1)).map((one) => real(one)));
  const mounts = [...targets].map((to) => ({ from: file, to }));
  return { file, files: [...mounts, ...stores.map((to) => ({ from: store, to }))] };
}

/** The variables that name a bundle. @param file its path as a build sees it */
export function trustVariables(file: string): Record<string, string> {
  return Object.fromEntries(VARIABLES.map((name) => [name, file]));
}

function read(file: string | undefined): string {
  if (!file) return '';
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function real(file: string): string {
  try {
    return fs.realpathSync(file);
  } catch {
    return file;
  }
}
