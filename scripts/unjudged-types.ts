import * as fs from 'node:fs';
import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';
import { isJudged } from '../engine/iam/handlers/handler-permissions';

/** The page of the types of which it is not known what CloudFormation asks for, by service. */
export function unjudgedTypesPage(): string {
  const types = [...loadAwsServiceSpecSync().all('resource')].map((one) => one.cloudFormationType);
  const unjudged = types.filter((type) => type.startsWith('AWS::') && !isJudged(type)).sort();
  const services = new Map<string, string[]>();
  for (const type of unjudged) {
    const [, service = '', ...name] = type.split('::');
    services.set(service, [...(services.get(service) ?? []), name.join('::')]);
  }
  return [
    '# Types that are not judged',
    '',
    'CloudFormation’s registry lists no permissions in the schemas of these types, or they are newer than the data of this project: what their handlers ask of the stack’s role',
    `is not known ([permissions.md](permissions.md)). ${unjudged.length} of ${types.length} types; \`npm run docs:unjudged-types\` writes this page.`,
    '',
    ...[...services].map(([service, names]) => `- \`AWS::${service}::\` ${names.join(', ')}`),
    '',
  ].join('\n');
}

if (require.main === module) fs.writeFileSync('docs/unjudged-types.md', unjudgedTypesPage());
