import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { AwsCredentials, Principal } from '../ports/principal';

/** A person's key: their credentials of every account follow from it. */
export interface PersonKey {
  /** What each of their access key ids begins with. */
  readonly id: string;
  readonly secret: string;
}

/** Credentials that are known, and what became of them. */
export interface KnownCredentials {
  readonly principal: Principal;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expires?: number;
  /** They were good once and are no longer: AWS answers ExpiredToken. */
  readonly ended: boolean;
}

/** Temporary credentials that may be known at a time: what assumes roles without end forgets its first ones. */
const MOST = 20_000;
/** AWS's access key ids are 20 characters of base 32. `LSIA` marks those that are good on this machine only, as LocalStack's do. */
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The credentials of a rehearsal: random, in memory, each with the principal that it was made for. */
export class Credentials {
  readonly personKey: PersonKey = { id: `LSIAP${base32(11)}`, secret: randomBytes(32).toString('base64url') };
  private readonly known = new Map<string, Omit<KnownCredentials, 'ended'>>();
  private readonly engines = new Map<string, AwsCredentials>();
  private readonly ended = new Set<string>();

  /** @param user whose rehearsal it is: what a person's principal is named after */
  constructor(private readonly user = 'person') {}

  /** Makes credentials for a principal. @param seconds until they expire; without it they last as long as their actor, or the rehearsal */
  issue(principal: Principal, seconds?: number): AwsCredentials {
    const accessKeyId = `LSIA${base32(16)}`;
    const secretAccessKey = randomBytes(30).toString('base64');
    const sessionToken = randomBytes(48).toString('base64');
    const expires = seconds === undefined ? undefined : Date.now() + seconds * 1000;
    this.known.set(accessKeyId, {
      principal,
      secretAccessKey,
      sessionToken,
      ...(expires === undefined ? {} : { expires }),
    });
    for (const oldest of this.known.keys()) {
      if (this.known.size <= MOST) break;
      this.known.delete(oldest);
    }
    return {
      accessKeyId,
      secretAccessKey,
      sessionToken,
      ...(expires === undefined ? {} : { expiration: new Date(expires) }),
    };
  }

  /** The person's credentials in an account; `000000000000` names none. */
  person(account: string): AwsCredentials {
    return personCredentials(this.personKey, account);
  }

  /** The engine's own credentials in an account. */
  engine(account: string): AwsCredentials {
    const known = this.engines.get(account);
    if (known) return known;
    const made = this.issue({
      kind: 'engine',
      account,
      arn: `arn:aws:sts::${account}:assumed-role/saiondo-rehearsal/engine`,
      userId: 'AROAsaiondo-rehearsal:engine',
    });
    this.engines.set(account, made);
    return made;
  }

  /** What is known of an access key id; undefined: nobody has ever been given it. */
  find(accessKeyId: string): KnownCredentials | undefined {
    const person = this.personOf(accessKeyId);
    if (person) return person;
    const found = this.known.get(accessKeyId);
    if (!found) return undefined;
    const { principal, expires } = found;
    const over = expires !== undefined && expires <= Date.now();
    return { ...found, ended: over || (principal.actor !== undefined && this.ended.has(principal.actor)) };
  }

  /** Ends the credentials of an actor (a build, a call of a function), and all that it got by them. */
  end(actor: string): void {
    this.ended.add(actor);
  }

  private personOf(accessKeyId: string): KnownCredentials | undefined {
    const { id } = this.personKey;
    const account = accessKeyId.slice(id.length);
    if (!accessKeyId.startsWith(id) || !/^\d{12}$/.test(account)) return undefined;
    const principal = personPrincipal(account, this.user);
    return { principal, secretAccessKey: this.person(account).secretAccessKey, ended: false };
  }
}

/** A person's credentials in an account, as their key has them. */
export function personCredentials(key: PersonKey, account: string): AwsCredentials {
  return {
    accessKeyId: `${key.id}${account}`,
    secretAccessKey: createHmac('sha256', key.secret).update(account).digest('base64'),
  };
}

/** A person as IAM would name them. @param user the name of the machine's user */
export function personPrincipal(account: string, user: string): Principal {
  const name = user.replace(/[^\w+=,.@-]/g, '-').slice(0, 64) || 'person';
  return { kind: 'person', account, arn: `arn:aws:iam::${account}:user/${name}`, userId: `AIDA${name}` };
}

/**
 * A role's session, as STS names it (IAM User Guide, "Unique identifiers").
 * @param roleArn its last part is the role's name
 */
export function sessionPrincipal(
  roleArn: string,
  session: string,
  of: Pick<Principal, 'kind'> & Partial<Pick<Principal, 'actor' | 'source'>>,
): Principal {
  const account = /^arn:[^:]*:iam::(\d{12}):role\//.exec(roleArn)?.[1] ?? '000000000000';
  const role = roleArn.split('/').at(-1) ?? '';
  const name = session.replace(/[^\w+=,.@-]/g, '-').slice(0, 64);
  return {
    kind: of.kind,
    account,
    arn: `arn:aws:sts::${account}:assumed-role/${role}/${name}`,
    userId: `AROA${role}:${name}`,
    roleArn,
    ...(of.actor === undefined ? {} : { actor: of.actor }),
    ...(of.source === undefined ? {} : { source: of.source }),
  };
}

/** Whether two texts are the same; takes as long whichever character differs. */
export function sameText(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a), Buffer.from(b)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function base32(length: number): string {
  return [...randomBytes(length)].map((byte) => BASE32[byte % 32]).join('');
}
