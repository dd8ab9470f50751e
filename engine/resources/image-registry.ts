import * as fs from 'node:fs';
import * as http from 'node:http';
import * as path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import execa from 'execa';
import { accepts, acceptsFile, freePort } from '../host/child';
import type { ContainerEngine } from '../host/container-engine';
import { serviceEnvironment } from '../host/service-environment';
import type { ServiceRegistry } from '../host/service-registry';
import { ownerGate } from '../host/owner-gate';
import { socketFile } from '../host/socket-file';
import { which } from '../host/tools';

/**
 * Starts the local image registry that stands in for ECR: the `docker-registry` program where it is installed, else the public `registry:2`
 * image. Docker trusts a registry on loopback without TLS. The program listens on a socket file, behind a port for this user and root alone: an image that
 * another user pushed would run here. The image's port is open to all users of the machine.
 * @returns `127.0.0.1:PORT` and what closes it, or why there is none
 */
export async function startRegistry(
  services: ServiceRegistry,
  engine: ContainerEngine,
  directory: string,
  signal?: AbortSignal,
): Promise<{ registry: string; close?: () => Promise<void> } | { missing: string }> {
  const data = path.join(directory, 'registry');
  fs.mkdirSync(data, { recursive: true });
  const program = which('docker-registry') ?? which('registry');
  if (program) {
    const configuration = path.join(directory, 'registry.yml');
    const socket = socketFile(directory, 'registry.sock');
    fs.rmSync(socket, { force: true });
    fs.writeFileSync(
      configuration,
      `version: 0.1\nlog: { level: warn }\nstorage: { filesystem: { rootdirectory: ${JSON.stringify(data)} }, delete: { enabled: true } }\nhttp: { net: unix, addr: ${JSON.stringify(socket)} }\n`,
    );
    await services.start({
      name: 'image registry',
      command: program,
      args: ['serve', configuration],
      env: serviceEnvironment(),
      ...(signal ? { signal } : {}),
      log: path.join(directory, 'registry.log'),
      ready: () => acceptsFile(socket),
      timeoutSeconds: 15,
    });
    const gate = await ownerGate(socket);
    return { registry: `127.0.0.1:${gate.port}`, close: () => gate.close() };
  }
  const port = await freePort();
  if (!(await engine.hasImage('registry:2'))) {
    const failure = await engine.pull('registry:2', 60);
    if (failure) return { missing: `neither the program docker-registry nor the image registry:2 (${failure})` };
  }
  await execa(engine.command, [
    'run',
    '--detach',
    ...engine.labels(),
    '--publish',
    `127.0.0.1:${port}:5000`,
    '--volume',
    `${data}:/var/lib/registry`,
    'registry:2',
  ]);
  const deadline = performance.now() + 15_000;
  while (!(await accepts(port)) && performance.now() < deadline)
    await setTimeout(100, undefined, signal ? { signal } : {});
  return { registry: `127.0.0.1:${port}` };
}

/** An image in the local registry. `bytes`: of its layers and configuration, as ECR's imageSizeInBytes counts. */
export interface RegistryImage {
  readonly digest: string;
  readonly bytes: number;
}

/** An image's manifest, as the registry has it. */
export interface Manifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly text: string;
}

const MANIFESTS =
  'application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json';

/** The image of a tag or digest in the local registry, or undefined where it has none. */
export async function imageOf(
  registry: string,
  repository: string,
  reference: string,
): Promise<RegistryImage | undefined> {
  const manifest = await manifestOf(registry, repository, reference);
  return manifest && { digest: manifest.digest, bytes: sizeOf(manifest.text) };
}

/** The manifest of a tag or digest in the local registry, or undefined where it has none. */
export function manifestOf(registry: string, repository: string, reference: string): Promise<Manifest | undefined> {
  return request(registry, repository, reference, 'GET');
}

/** The tags of a repository in the local registry (OCI Distribution Specification, "Listing Tags"); none where it has no such repository. */
export async function tagsOf(registry: string, repository: string): Promise<readonly string[]> {
  const answer = await fetch(`http://${registry}/v2/${repository}/tags/list`);
  const { tags } = (answer.ok ? await answer.json() : {}) as { tags?: readonly string[] | null };
  return tags ?? [];
}

/** Every tagged image of a repository in the local registry. */
export async function imagesOf(registry: string, repository: string): Promise<(RegistryImage & { tag: string })[]> {
  const found: (RegistryImage & { tag: string })[] = [];
  for (const tag of await tagsOf(registry, repository)) {
    const image = await imageOf(registry, repository, tag);
    if (image) found.push({ tag, ...image });
  }
  return found;
}

/** Gives an image that is in the local registry another tag (OCI Distribution Specification, "Pushing Manifests"). */
export function putManifest(
  registry: string,
  repository: string,
  tag: string,
  text: string,
): Promise<Manifest | undefined> {
  const { mediaType } = JSON.parse(text) as { mediaType?: string };
  return request(registry, repository, tag, 'PUT', {
    mediaType: mediaType ?? 'application/vnd.oci.image.manifest.v1+json',
    text,
  });
}

function request(
  registry: string,
  repository: string,
  reference: string,
  method: 'GET' | 'PUT',
  put?: { readonly mediaType: string; readonly text: string },
): Promise<Manifest | undefined> {
  return new Promise((done, fail) => {
    http
      .request(
        `http://${registry}/v2/${repository}/manifests/${encodeURIComponent(reference)}`,
        { method, headers: put ? { 'content-type': put.mediaType } : { accept: MANIFESTS } },
        (response) => {
          const parts: Buffer[] = [];
          response.on('data', (part: Buffer) => parts.push(part));
          response.once('error', fail);
          response.once('end', () => {
            const digest = response.headers['docker-content-digest'];
            const found = response.statusCode === 200 || response.statusCode === 201;
            done(
              found && typeof digest === 'string'
                ? {
                    digest,
                    mediaType: response.headers['content-type'] ?? '',
                    text: Buffer.concat(parts).toString('utf8'),
                  }
                : undefined,
            );
          });
        },
      )
      .once('error', fail)
      .end(put?.text);
  });
}

/** The bytes that a manifest counts; an index of several platforms counts none itself. */
function sizeOf(manifest: string): number {
  try {
    const { config, layers = [] } = JSON.parse(manifest) as { config?: { size: number }; layers?: { size: number }[] };
    return layers.reduce((sum, layer) => sum + layer.size, config?.size ?? 0);
  } catch {
    return 0;
  }
}
