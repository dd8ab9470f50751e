/** Where the rehearsal's AWS listens. */
export interface Gateway {
  /** `http://127.0.0.1:PORT`: what builds are told. */
  readonly url: string;
  /** A socket file where AWS's own names are answered, by the names that clients signed. */
  readonly socket: string;
}

/** What the engine says to this process. */
export type ToOutside =
  | { readonly id: number; readonly kind: 'start'; readonly namespace: boolean; readonly addresses: readonly string[] }
  | { readonly id: number; readonly kind: 'expose' | 'conceal'; readonly port: number }
  | { readonly id: number; readonly kind: 'gateway'; readonly gateway: Gateway };

/** What builds are started with. */
export interface Started {
  /** In PEM. */
  readonly authority: string;
  /** Ahead of a program. Undefined: there is no namespace. */
  readonly enter?: readonly string[];
  /** Why there is none. */
  readonly why?: string;
  /** The namespace's resolver. */
  readonly nameserver: string;
  /** Where there is no namespace: the loopback port of the proxy for tools that are told of one. */
  readonly proxyPort?: number;
  /** Where there is no namespace: the loopback port that takes what a preloaded module leads there, TLS or HTTP that names its host. */
  readonly leadPort?: number;
}
