import { randomBytes } from 'node:crypto';
import type { AwsHandler } from '../../ports/aws-request';
import { sameText } from '../../gateway/credentials';

/** Milliseconds in which a ticket opens the page. */
const TICKET = 15 * 60_000;
/** Tickets and sessions that hold at a time: the oldest go. */
const MOST = 100;

/**
 * Who may look at the page. A ticket stands in the address that a person is given, behind `#`: it opens one session, once, soon. A session is a text that the page's script keeps where
 * only pages of this very address and port can read it (localStorage) and sends with each request. It is not a cookie: a browser sends cookies to every port of a
 * machine, so that any other server on it would be told.
 */
export class PageSessions {
  private readonly tickets = new Map<string, number>();
  private readonly sessions: string[] = [];

  /** A new ticket. */
  ticket(): string {
    const made = randomBytes(24).toString('base64url');
    this.tickets.set(made, Date.now() + TICKET);
    for (const oldest of this.tickets.keys()) {
      if (this.tickets.size <= MOST) break;
      this.tickets.delete(oldest);
    }
    return made;
  }

  /** The session that a ticket opens; undefined where it was used, is too old, or never was. */
  exchange(ticket: string): string | undefined {
    const until = this.tickets.get(ticket);
    this.tickets.delete(ticket);
    if (until === undefined || until < Date.now()) return undefined;
    const made = randomBytes(32).toString('base64url');
    this.sessions.push(made);
    if (this.sessions.length > MOST) this.sessions.shift();
    return made;
  }

  /** Whether a session is one that was opened here. */
  has(session: unknown): boolean {
    return typeof session === 'string' && this.sessions.filter((one) => sameText(one, session)).length > 0;
  }

  /** Gives a person's commands a ticket by a signed request, as an AWS service answers: `saiondo`, operation `Saiondo.CreateTicket`. */
  get handler(): AwsHandler {
    return ({ operation, principal }) => {
      const json = (status: number, content: object) => ({
        status,
        headers: { 'content-type': 'application/x-amz-json-1.1' },
        body: JSON.stringify(content),
      });
      if (principal.kind !== 'person')
        return json(400, { __type: 'AccessDeniedException', message: 'only a person may open the page' });
      return operation === 'Saiondo.CreateTicket'
        ? json(200, { ticket: this.ticket() })
        : json(400, { __type: 'UnknownOperationException', message: `the page does not answer ${operation}` });
    };
  }
}
