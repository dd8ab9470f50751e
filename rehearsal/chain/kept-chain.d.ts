/** A request of JSON-RPC, without its envelope (EIP-1193). */
export interface Asked {
  readonly method: string;
  readonly params?: readonly unknown[];
}
export interface Provider {
  request(asked: Asked): Promise<unknown>;
}
export class KeptChain {
  constructor(folder: string);
  /** When its first block was made, in ISO 8601. */
  readonly began: string;
  provider<P extends Provider>(inner: P): Promise<P>;
}
