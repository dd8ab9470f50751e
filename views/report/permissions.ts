import { markup, type Part } from '../markup';
import {
  byRole,
  countsInWords,
  GROUPS,
  nameOfRole,
  readPermissions,
  readRoles,
  rowsOf,
  type PermissionRow,
  type RolePermissions,
} from '../permissions';

/** Lines of a role that the page lists; the others are counted, and are in the run's permissions.jsonl. */
const LINES = 200;

/** What each role was asked for, what AWS would answer, and what nobody asked for: who is denied something first. */
export function permissions(runDirectory: string, clean: (text: string) => string): Part {
  const roles = byRole(readPermissions(runDirectory), readRoles(runDirectory));
  if (roles.length === 0) return '';
  const head = ['role', ...GROUPS].map((one) => markup`<th>${one === 'allowed' ? 'allowed and used' : one}</th>`);
  return markup`<h2 id="permissions">Permissions</h2>
<p>What AWS's services and the builds asked for as each role. Not known: what could not be judged here, and why. Never used: statements of the role's own policies that no call of this run exercised.</p>
<table><tr>${head}</tr>${roles.map(lineOf)}</table>
${roles.map((one) => blockOf(one, clean))}`;
}

function lineOf(one: RolePermissions): Part {
  const cells = GROUPS.map((group) => {
    const state = { denied: 'Failed', allowed: 'Succeeded', warning: 'NotRehearsed', 'not known': 'NotRehearsed' };
    const count = one.counts[group];
    const shown = count > 0 && group !== 'never used' ? state[group] : 'none';
    return markup`<td class="${shown}">${count > 0 ? `${count} ${group}` : '–'}</td>`;
  });
  return markup`<tr><td>${one.construct}</td>${cells}</tr>`;
}

/** Green is what AWS would answer with yes, every time. */
function standingOf({ denied, warning, 'not known': unknown, allowed }: RolePermissions['counts']): string {
  if (denied > 0) return 'Failed';
  if (warning + unknown > 0) return 'NotRehearsed';
  return allowed > 0 ? 'Succeeded' : 'none';
}

function blockOf(one: RolePermissions, clean: (text: string) => string): Part {
  const lines = rowsOf(one);
  const more = lines.length > LINES ? markup`<p>and ${lines.length - LINES} more in permissions.jsonl</p>` : '';
  const unread = one.unread.map((reason) => markup`<p>A policy of it is not known here: ${reason}</p>`);
  const wide = one.usedInPart.map(
    ({ entry, statement, policy, usedFor }) =>
      markup`<p><code>${entry}</code> (${statement} of ${policy}) was used for ${usedFor.join(', ')}.</p>`,
  );
  const head = markup`<tr><th>decision</th><th>action</th><th>resource</th><th>asked by</th><th>statement</th></tr>`;
  return markup`<details${one.counts.denied > 0 ? markup` open` : ''}><summary>${nameOfRole(one)}: <span class="${standingOf(one.counts)}">${countsInWords(one)}</span></summary><table>${head}${lines.slice(0, LINES).map((line) => rowOf(line, clean))}</table>${more}${wide}${unread}</details>`;
}

function rowOf({ group, action, resource, asked, text, remedy }: PermissionRow, clean: (text: string) => string): Part {
  const state = group === 'denied' ? 'Failed' : group === 'allowed' ? 'Succeeded' : '';
  const ofCall = (sentence: string) => cleanSentence(sentence, clean);
  return markup`<tr><td class="${state}">${group}</td><td><code>${action}</code></td><td><code>${cleanArn(resource, clean)}</code></td><td>${asked}</td><td>${ofCall(text)}${remedy === undefined ? '' : markup`<br>${ofCall(remedy)}`}</td></tr>`;
}

/** An ARN in a sentence or in JSON. */
const ARN = /arn:[a-z-]+:[^\s"',]+/g;

/** A sentence of AWS or of ours: what it names stays readable, what a request gave is cleaned. */
function cleanSentence(sentence: string, clean: (text: string) => string): string {
  const kept = [...sentence.matchAll(ARN)].map(([arn]) => cleanArn(arn, clean));
  return sentence
    .split(ARN)
    .map((piece, at) => `${clean(piece)}${kept[at] ?? ''}`)
    .join('');
}

/** An ARN whose names stay: only what follows the name of the resource may be what a command wrote, e.g. an object's key. */
function cleanArn(arn: string, clean: (text: string) => string): string {
  const [, head = '', rest = ''] = /^((?:[^:]*:){5}[^/]*\/?)(.*)$/s.exec(arn) ?? [];
  if (head === '') return clean(arn);
  return /^arn:[^:]*:s3:/.test(arn) ? `${head}${clean(rest)}` : arn;
}
