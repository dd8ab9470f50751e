import * as fs from 'node:fs';
import * as path from 'node:path';
import { TOOLCHAIN_VARIABLES } from './toolchains';

/**
 * Variables of this machine that a build may see: how to reach the network and the package registries, where toolchains are. Nothing about its
 * user: no credentials, no configuration files, no tokens.
 */
const PASSED = new Set([
  ...['LANG', 'LC_ALL', 'TZ', 'TERM'],
  ...['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'],
  ...['SSL_CERT_FILE', 'SSL_CERT_DIR', 'CURL_CA_BUNDLE', 'REQUESTS_CA_BUNDLE', 'NODE_EXTRA_CA_CERTS', 'GIT_SSL_CAINFO'],
  ...['PIP_INDEX_URL', 'PIP_EXTRA_INDEX_URL', 'PIP_FIND_LINKS', 'PIP_TRUSTED_HOST', 'PIP_CERT', 'PIP_PROXY'],
  ...['PIP_DEFAULT_TIMEOUT', 'PIP_DISABLE_PIP_VERSION_CHECK', 'PIP_NO_INDEX', 'PIP_RETRIES'],
  ...['UV_INDEX_URL', 'UV_EXTRA_INDEX_URL', 'UV_DEFAULT_INDEX', 'UV_INDEX', 'UV_FIND_LINKS', 'UV_NATIVE_TLS'],
  ...['npm_config_registry', 'NPM_CONFIG_REGISTRY', 'npm_config_cafile', 'PUB_HOSTED_URL', 'GOPROXY', 'GOSUMDB'],
  ...TOOLCHAIN_VARIABLES,
]);
/** Of those, files that builds have to see. */
const FILES = [
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'CURL_CA_BUNDLE',
  'REQUESTS_CA_BUNDLE',
  'NODE_EXTRA_CA_CERTS',
  'GIT_SSL_CAINFO',
  'PIP_CERT',
  'npm_config_cafile',
  'PIP_FIND_LINKS',
  'UV_FIND_LINKS',
];
/** Where version managers are if no variable says it: below the home, which a build has not. */
const IN_HOME: Readonly<Record<string, string>> = {
  ASDF_DATA_DIR: '.asdf',
  NVM_DIR: '.nvm',
  PYENV_ROOT: '.pyenv',
  RBENV_ROOT: '.rbenv',
  RUSTUP_HOME: '.rustup',
  SDKMAN_DIR: '.sdkman',
  VOLTA_HOME: '.volta',
};

/** The variables of this machine for builds; user and password are taken out of addresses. */
export function machineVariables(
  environment: Readonly<Record<string, string | undefined>>,
  home: string,
): Record<string, string> {
  const toolchains = Object.entries(IN_HOME)
    .map(([name, folder]): [string, string] => [name, path.join(home, folder)])
    .filter(([, folder]) => fs.existsSync(folder));
  const passed = Object.entries(environment).filter(
    (entry): entry is [string, string] => PASSED.has(entry[0]) && entry[1] !== undefined,
  );
  return Object.fromEntries([
    ...toolchains,
    ...Object.entries(pipAddresses(home)),
    ...passed.map(([name, value]) => [name, withoutCredentials(value)]),
  ]);
}

/** Files and folders that those variables name. */
export function namedFiles(environment: Readonly<Record<string, string | undefined>>): string[] {
  return FILES.flatMap((name) => environment[name] ?? []).filter(
    (file) => path.isAbsolute(file) && fs.existsSync(file),
  );
}

/** The addresses of a person's npm registries, as an npmrc for builds; its tokens and passwords are not in it. Undefined where there are none. */
export function npmAddresses(home: string): string | undefined {
  const lines = textOf(path.join(home, '.npmrc'))
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^(@[\w.-]+:)?registry\s*=/.test(line))
    .map(withoutCredentials);
  return lines.length > 0 ? `${lines.join('\n')}\n` : undefined;
}

/** The addresses of a person's Python indexes (pip's "Configuration files"). */
function pipAddresses(home: string): Record<string, string> {
  const settings = [path.join(home, '.pip', 'pip.conf'), path.join(home, '.config', 'pip', 'pip.conf')]
    .map(textOf)
    .join('\n');
  const found = [...settings.matchAll(/^\s*(index-url|extra-index-url|trusted-host)\s*[=:]\s*(\S.*)$/gm)];
  return Object.fromEntries(
    found.map(([, name = '', value = '']) => [
      `PIP_${name.toUpperCase().replaceAll('-', '_')}`,
      withoutCredentials(value.trim()),
    ]),
  );
}

/** @returns a text whose addresses say no user and no password */
export function withoutCredentials(text: string): string {
  return text.replace(/([a-z][a-z0-9+.-]{0,20}:\/\/)[^/\s@]{1,4096}@/gi, '$1');
}

function textOf(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
