import type { Difference } from '../../model/promotion.shape';

/** Statements of SQL that take data away. */
const DESTRUCTIVE =
  /^\s*(?:DROP\s+(?:TABLE|SCHEMA|DATABASE|COLUMN|TYPE)|TRUNCATE|DELETE\s+FROM|ALTER\s+TABLE\b[^;]*\bDROP\s+(?:COLUMN\s+)?(?!CONSTRAINT|DEFAULT|NOT\b))/i;

/** What may be lost, a line each: resources that are removed or replaced, and statements of migrations that take data away. */
export function losses({ stacks, migrations }: Pick<Difference, 'stacks' | 'migrations'>): string[] {
  const resources = stacks.flatMap(({ stack, changes }) =>
    changes.flatMap((one) => {
      const what = `${one.type} ${one.logicalId}${one.properties.length > 0 ? ` (${one.properties.join(', ')})` : ''}`;
      if (one.action === 'Remove') return [`${stack}: removes ${what}`];
      if (one.replacement === 'True') return [`${stack}: replaces ${what}`];
      return one.replacement === 'Conditional' ? [`${stack}: may replace ${what}`] : [];
    }),
  );
  const data = migrations.flatMap(({ name, sql }) =>
    sql
      .replace(/--[^\n]*/g, '')
      .split(';')
      .map((one) => one.replace(/\s+/g, ' ').trim())
      .filter((one) => DESTRUCTIVE.test(one))
      .map((one) => `migration ${name}: ${one}`),
  );
  return [...resources, ...data];
}
