import { markup, type Part } from '../markup';
import { byRole, readPermissions, RESULTS, type RolePermissions } from '../permissions';

/** Calls of a role that the page lists; the others are counted, and are in the run's permissions.jsonl. */
const CALLS = 200;

/** What each role was asked for, and what AWS would answer: who is denied something first. */
export function permissions(runDirectory: string, clean: (text: string) => string): Part {
  const roles = byRole(readPermissions(runDirectory));
  if (roles.length === 0) return '';
  return markup`<h2 id="permissions">Permissions</h2>
<p>What AWS's services and the builds asked for as each role. Not known: what could not be judged here, and why.</p>
${roles.map((one) => blockOf(one, clean))}`;
}

/** Green is what AWS would answer with yes, every time. */
function standingOf({ denied, warning, 'not known': unknown }: RolePermissions['counts']): string {
  if (denied > 0) return 'Failed';
  return warning + unknown > 0 ? 'NotRehearsed' : 'Succeeded';
}

function blockOf({ construct, role, counts, calls }: RolePermissions, clean: (text: string) => string): Part {
  const words = RESULTS.filter((one) => counts[one] > 0).map((one) => `${counts[one]} ${one}`);
  const rows = calls
    .slice(0, CALLS)
    .map(
      (one) =>
        markup`<tr><td class="${one.result === 'denied' ? 'Failed' : one.result === 'allowed' ? 'Succeeded' : ''}">${one.result}</td><td><code>${one.action}</code></td><td><code>${clean(one.resource)}</code></td><td>${[one.stage, one.pipelineAction].filter(Boolean).join('/')}, ${one.why}</td><td>${clean(one.text)}${one.remedy ? markup`<br>${clean(one.remedy.text)}` : ''}</td></tr>`,
    );
  const more = calls.length > CALLS ? markup`<p>and ${calls.length - CALLS} more in permissions.jsonl</p>` : '';
  const head = markup`<tr><th>decision</th><th>action</th><th>resource</th><th>asked by</th><th>statement</th></tr>`;
  return markup`<details${counts.denied > 0 ? markup` open` : ''}><summary>${construct === role ? role : `${construct} (${role})`}: <span class="${standingOf(counts)}">${words.join(', ')}</span></summary><table>${head}${rows}</table>${more}</details>`;
}
