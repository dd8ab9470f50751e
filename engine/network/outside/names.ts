import * as dns from 'node:dns';
import { isAwsHost, normalName } from '../aws-hosts';

/** How many names a run may ask for: 198.18.1.0 to 198.19.255.255. */
const MOST = 130_000;
/** Milliseconds for which an answer of the person's resolver counts. */
const FRESH = 60_000;

/** What the builds' resolver says of a name. */
export type NameAnswer = 'unknown' | 'none' | { readonly address: string };

/** The names that builds ask for: each has an address of its own, by which a connection tells the name. */
export class Names {
  private readonly addresses = new Map<string, string>();
  private readonly names = new Map<string, string>();
  private readonly known = new Map<string, { readonly until: number; readonly exists: Promise<boolean> }>();

  /** @param byProxy the person's network has a proxy that resolves names: none is looked up here */
  constructor(private readonly byProxy: boolean) {}

  /** The name that an address was given for. */
  nameOf(address: string): string | undefined {
    return this.names.get(address);
  }

  /**
   * Answers a name. AWS's are never looked up; of others the person's resolver says whether they exist, so that a wrong name is wrong here too.
   */
  async answer(asked: string): Promise<NameAnswer> {
    const name = normalName(asked);
    if (name === 'localhost' || name.endsWith('.localhost')) return { address: '127.0.0.1' };
    if (name.endsWith('.in-addr.arpa') || name.endsWith('.ip6.arpa')) return 'unknown';
    if (!isAwsHost(name) && !this.byProxy && !(await this.exists(name))) return 'unknown';
    const address = this.addresses.get(name) ?? this.give(name);
    return address === undefined ? 'none' : { address };
  }

  private exists(name: string): Promise<boolean> {
    const known = this.known.get(name);
    if (known && known.until > Date.now()) return known.exists;
    if (this.known.size >= MOST) this.known.clear();
    const exists = dns.promises.lookup(name).then(
      () => true,
      (error: NodeJS.ErrnoException) => error.code !== 'ENOTFOUND',
    );
    this.known.set(name, { until: Date.now() + FRESH, exists });
    return exists;
  }

  private give(name: string): string | undefined {
    const count = this.addresses.size;
    if (count >= MOST) return undefined;
    const number = 256 + count;
    const address = `198.${18 + (number >> 16)}.${(number >> 8) & 255}.${number & 255}`;
    this.addresses.set(name, address);
    this.names.set(address, name);
    return address;
  }
}
