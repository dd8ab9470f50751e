import { anywhere, type Recognizer } from '../../evidence/evidence';

const PROPERTY =
  /(unknown property[^;\n]*|Encountered unsupported property \S+|extraneous key \[[^\]]+\] is not permitted|Properties validation failed[^\n]*|required key \[[^\]]+\] not found|[^\n]*\bis not a (?:known )?property of AWS::\S+[^\n]*|missing property[^\n]*|required property[^\n]*)/i;

const EXPORT = /[^\n]*\bexport (\S+) .*?in use by (.+?)\.?$/i;
const PARAMETERS = /Unable to fetch parameters \[([^\]]+)\] from parameter store/;
const ASSUME = /[^\n]*(?:could not assume role|cannot assume|unable to assume)[^\n]*/i;
const STACK = 'AWS::CloudFormation::Stack';

/** CloudFormation: a property that it refuses, else the first resource that failed of its own. */
export const cloudformation: Recognizer = {
  name: 'cloudformation',
  recognize: (evidence) => {
    if (evidence.provider !== 'CloudFormation') return undefined;
    const used = anywhere(evidence, EXPORT);
    if (used)
      return {
        summary: `an export that is in use would change, so the stack was not updated: ${used.groups[0]}`,
        known: 'export-in-use',
      };
    const parameters = anywhere(evidence, PARAMETERS);
    if (parameters)
      return {
        summary: `a parameter of the app is not in the parameter store: ${parameters.groups[1]}`,
        known: 'missing-secret',
      };
    const assumed = anywhere(evidence, ASSUME);
    if (assumed) return { summary: `access: ${assumed.groups[0]}`, known: 'access-denied' };
    const event =
      evidence.events.find(({ status, reason }) => status?.endsWith('_FAILED') && !/cancel+ed|^$/i.test(reason)) ??
      evidence.events.find(({ type, reason }) => type === STACK && reason !== '');
    const property = anywhere(evidence, PROPERTY);
    if (property) {
      const subject = event ? `${event.subject} (${event.type ?? ''}): ` : '';
      return {
        summary: `CloudFormation property error: ${subject}${event?.reason ?? evidence.message.split('\n')[0]}`,
        known: 'template-property',
      };
    }
    if (event)
      return {
        summary: `${event.subject}${event.type ? ` (${event.type})` : ''} failed: ${event.reason}`,
        known: 'stack-rolled-back',
      };
    return evidence.message
      ? { summary: `CloudFormation: ${evidence.message.split('\n')[0]}`, known: 'stack-rolled-back' }
      : undefined;
  },
};
