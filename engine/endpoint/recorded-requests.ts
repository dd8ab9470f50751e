import type { AwsRequest } from '../ports/aws-request';
import type { StackLedger } from '../ports/ledger';
import { decoded } from '../text/percent';

/** Ids that are shorter are found in other texts, too. */
const SHORTEST = 8;
/**
 * How AWS’s services name what is not there: `NoSuchDistribution`, `ResourceNotFoundException`, `DBInstanceNotFound`. Python’s ModuleNotFoundError and Jest’s
 * `_throwModNotFoundError` end otherwise.
 */
const NOT_THERE =
  /NoSuch[A-Z]|NonExistent|(?:NotFound(?:Exception|Fault)?|DoesNotExist(?:Exception|Fault)?|NotExist(?:Exception|Fault)?|NotRehearsed)\b/;

/**
 * Remembers which build asked the endpoint for a resource that a stack has and that is only recorded, and was refused: in AWS the resource is there, so the
 * build's failure says nothing of the pipeline.
 */
export class RecordedRequests {
  private readonly asked = new Map<string, string>();

  constructor(private readonly ledger: StackLedger) {}

  /** Hears an answered request. */
  hear({ principal, account, url, body }: AwsRequest, status: number): void {
    const { actor } = principal;
    if (actor === undefined || status < 400 || status >= 500) return;
    const text = `${decoded(url)} ${body.toString('utf8')}`;
    const named = this.ledger
      .list()
      .filter((stack) => stack.account === account)
      .flatMap((stack) => Object.values(stack.resources))
      .filter((one) => names(text, one.physicalId));
    // A bucket's policy has the bucket's name for an id, and the bucket is here.
    const here = new Set(named.filter(({ standing }) => standing !== 'recorded').map(({ physicalId }) => physicalId));
    const found = named.find(({ standing, physicalId }) => standing === 'recorded' && !here.has(physicalId));
    if (found) this.asked.set(actor, `${found.type} ${found.physicalId}, which is only recorded here`);
  }

  /** Notes what a build asked for and this machine has not. */
  note(actor: string | undefined, what: string): void {
    if (actor !== undefined) this.asked.set(actor, what);
  }

  /**
   * The resource that is only recorded and for which a command failed.
   * @param actor the build
   * @param output the last lines of what the failed command said: they have to say that something is not there
   */
  behind(actor: string, output: readonly string[]): string | undefined {
    return output.some((line) => NOT_THERE.test(line)) ? this.asked.get(actor) : undefined;
  }
}

/** Whether a text has an id as a word of its own. */
function names(text: string, id: string): boolean {
  if (id.length < SHORTEST) return false;
  for (let at = text.indexOf(id); at >= 0; at = text.indexOf(id, at + 1))
    if (!/[\w-]/.test(text[at - 1] ?? ' ') && !/[\w-]/.test(text[at + id.length] ?? ' ')) return true;
  return false;
}
