import { firstMatch, type Recognizer } from '../evidence/evidence';
import { likeliestLine } from '../evidence/likely-line';

/** buildspecs/scripts/contracts.js */
const ENDED = /^the deployment ended with exit code (\d+): (.*)/;

/** A deployment of contracts that ended, where nobody knows what its output says: the line of it that a person would look for. */
export const contractDeployment: Recognizer = {
  name: 'contract-deployment',
  recognize: ({ output }) => {
    const ended = firstMatch(output, ENDED);
    if (!ended) return undefined;
    const [, status = '', command = ''] = ended.groups;
    const line = likeliestLine(output.slice(0, ended.line));
    const said = line === undefined ? undefined : output[line]?.trim();
    return {
      summary: `the contracts’ deployment ended with exit code ${status}: ${said ? `${said} (${command})` : command}`,
      line: line ?? ended.line,
      length: 1,
      known: 'contract-deployment-failed',
    };
  },
};
