import { checkFirst } from '../../commands/before-a-run/check-first';
import { parseConfiguration } from '../../config/load';
import { configured } from '../app/configured';

const SECRETS = {
  'environments.dev.services.api.secrets': {
    JWT_SECRET: 'saiondo/dev/api:JWT_SECRET',
    MAIL_KEY: 'saiondo/dev/api:MAIL_KEY',
  },
  'environments.prod.services.llm.secrets': { OPENAI_API_KEY: 'saiondo/prod/openai' },
};
const check = (values: Record<string, unknown>, has: (name: string) => boolean = () => false, whole = true): void =>
  checkFirst(parseConfiguration(configured({ ...SECRETS, ...values }), 'saiondo.yaml'), {
    sources: new Map(),
    has,
    whole,
  });

test('every secret that is not there is named at once, with its keys and the command that makes it on AWS', () => {
  expect(() => check({})).toThrow(
    expect.objectContaining({
      code: 'SECRETS_MISSING',
      message: expect.stringMatching(
        /saiondo\/dev\/api of account 222222222222 with JWT_SECRET, MAIL_KEY[\s\S]*saiondo\/prod\/openai of account 333333333333/,
      ),
      next: expect.stringContaining(
        'aws secretsmanager create-secret --region ap-northeast-2 --name saiondo/prod/openai',
      ),
    }),
  );
});

test('what saiondo.yaml gives for a rehearsal, a person gives or an earlier run kept is there; a key that is not is named', () => {
  const given = (api: Record<string, string>) => ({ 'rehearsal.secrets': { 'saiondo/dev/api': api } });
  const has = (name: string): boolean => name === 'saiondo/prod/openai';
  expect(() => check(given({ JWT_SECRET: 'a', MAIL_KEY: 'b' }), has)).not.toThrow();
  expect(() => check(given({ JWT_SECRET: 'a' }), has)).toThrow(/saiondo\/dev\/api/);
});

test('a run that ends ahead of the services is not refused', () => {
  expect(() => check({}, () => false, false)).not.toThrow();
});
