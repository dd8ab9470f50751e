import type * as net from 'node:net';
import type { NetworkRefusal } from '../../ports/network';
import type { Authority } from '../authority';
import type { Gateway } from '../messages';
import type { AskingProcess } from './asking-process';
import type { Outbound } from './outbound';

/** What connections are led with. */
export interface ProxyHost {
  readonly authority: Authority;
  readonly outbound: Outbound;
  /** The rehearsal's AWS; undefined as long as it does not listen. */
  readonly gateway: () => Gateway | undefined;
  readonly refused: (refusal: NetworkRefusal) => void;
  /** Who is at the other end. */
  readonly asking: (socket: net.Socket) => Promise<AskingProcess | undefined>;
}
