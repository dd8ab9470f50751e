import { isAwsHost, isResourceHost, METADATA_ADDRESSES, normalName } from './aws-hosts';
import { servesDownloads } from './public-downloads';

/** What is known of a connection before it is led anywhere. */
export interface Asked {
  /** The name that was resolved to get the address; undefined: an address was given outright. */
  readonly name?: string;
  readonly address: string;
  readonly port: number;
  /** The person's own settings name the address: a registry of their network. */
  readonly trusted?: boolean;
  /** What the client said first. */
  readonly opening: Opening;
}

/** The first words of a client. */
export type Opening =
  | { readonly kind: 'tls'; readonly serverName?: string }
  | { readonly kind: 'http'; readonly host?: string }
  | { readonly kind: 'other' };

/** Where a connection is led. */
export type Decision =
  /** The rehearsal's own AWS. */
  | { readonly kind: 'local'; readonly host: string; readonly tls: boolean }
  /** The real host, by its name, untouched. */
  | { readonly kind: 'pass'; readonly host: string; readonly port: number }
  | {
      readonly kind: 'refuse';
      readonly host: string;
      readonly why: string;
      /** Whatever the client would say. */
      readonly final?: boolean;
    };

/** Why AWS's API is not asked otherwise than by HTTP. */
const NOT_HTTP = 'it is a host of AWS, and a rehearsal answers for AWS by HTTP only';

/**
 * Where a connection of a build is led. A name of AWS counts wherever it stands: resolved, in TLS or in HTTP. The real host is always reached by
 * a name, which is resolved outside: an address that a build brings along is connected to only where the person's settings name it.
 */
export function decide(asked: Asked): Decision {
  const { address, port, opening } = asked;
  if (METADATA_ADDRESSES.has(address))
    return { kind: 'refuse', host: address, why: 'a build has no instance and no container credentials', final: true };
  const said = opening.kind === 'tls' ? opening.serverName : opening.kind === 'http' ? opening.host : undefined;
  const names = [said, asked.name].filter((one) => one !== undefined).map(normalName);
  const aws = names.find(isAwsHost);
  if (aws !== undefined) {
    if (isResourceHost(aws) && !servesDownloads(aws))
      return {
        kind: 'refuse',
        host: aws,
        why: 'it is a real resource of AWS, which no rehearsal has made',
        final: true,
      };
    if (opening.kind === 'other') return { kind: 'refuse', host: aws, why: NOT_HTTP };
    return { kind: 'local', host: aws, tls: opening.kind === 'tls' };
  }
  if (asked.trusted) return { kind: 'pass', host: address, port };
  const host = asked.name ?? said;
  if (host === undefined || isAddress(host))
    return {
      kind: 'refuse',
      host: host ?? address,
      why: 'a build reaches hosts by name, and an address names none',
    };
  return { kind: 'pass', host: normalName(host), port };
}

/** An address with its port where that is not HTTPS's. */
export function shown(host: string, port: number): string {
  return port === 443 ? host : `${host}:${port}`;
}

function isAddress(host: string): boolean {
  return /^[\d.]+$/.test(host) || host.includes(':');
}
