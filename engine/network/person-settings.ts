/** Variables by which a person names a registry or an index of packages. */
const REGISTRIES =
  /^(npm_config_registry|YARN_REGISTRY|PIP_(EXTRA_)?INDEX_URL|PIP_FIND_LINKS|UV_.*|GOPROXY|PUB_HOSTED_URL)$/i;

/** Addresses and loopback ports that the person's settings name: a registry of their network, or one on this machine. */
export function namedInSettings(environment: Readonly<Record<string, string | undefined>>): {
  readonly addresses: readonly string[];
  readonly ports: readonly number[];
} {
  const urls = Object.entries(environment)
    .filter(([name]) => REGISTRIES.test(name))
    .flatMap(([, value]) => (value ?? '').split(/[\s,]+/))
    .filter((text) => /^https?:\/\//.test(text) && URL.canParse(text))
    .map((text) => new URL(text));
  const isLoopback = (host: string): boolean => host === 'localhost' || /^127\./.test(host);
  return {
    addresses: urls.map(({ hostname }) => hostname).filter((host) => /^[\d.]+$/.test(host) && !isLoopback(host)),
    ports: urls
      .filter(({ hostname }) => isLoopback(hostname))
      .map(({ port, protocol }) => Number(port) || (protocol === 'https:' ? 443 : 80)),
  };
}
