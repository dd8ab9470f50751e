import { readConfig } from '../src/config';

it('ends without its secret', () => {
  expect(() => readConfig({})).toThrow('AUTH_JWT_SECRET is not set');
});

it('lets a token live for a day', () => {
  expect(readConfig({ AUTH_JWT_SECRET: 'x' })).toEqual({ jwtSecret: 'x', expiresIn: '1d' });
});
