import { SaiondoError } from '../../model/errors';

/** The values that `--variable NAME=VALUE` gives the pipeline's variables, by name. @throws SaiondoError `USAGE` for another form */
export function variablesOf(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((one) => {
      const [, name = '', value = ''] = /^([^=]+)=([\s\S]+)$/.exec(one) ?? [];
      if (!name)
        throw new SaiondoError(`--variable ${one} is not NAME=VALUE`, {
          code: 'USAGE',
          next: 'for example --variable LEVEL=debug',
        });
      return [name, value];
    }),
  );
}
