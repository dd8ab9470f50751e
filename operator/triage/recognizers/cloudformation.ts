import { anywhere, type Recognizer } from '../evidence/evidence';

const PROPERTY =
  /(unknown property[^;\n]*|Encountered unsupported property \S+|extraneous key \[[^\]]+\] is not permitted|Properties validation failed[^\n]*|required key \[[^\]]+\] not found|[^\n]*\bis not a (?:known )?property of AWS::\S+[^\n]*|missing property[^\n]*|required property[^\n]*)/i;

/** CloudFormation: a property that it refuses, else the first resource that failed of its own. */
export const cloudformation: Recognizer = {
  name: 'cloudformation',
  recognize: (evidence) => {
    if (evidence.provider !== 'CloudFormation') return undefined;
    const event = evidence.events.find(
      ({ status, reason }) => status?.endsWith('_FAILED') && !/cancelled|^$/i.test(reason),
    );
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
