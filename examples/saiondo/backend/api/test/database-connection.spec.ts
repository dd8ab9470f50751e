import { connectionFields } from '../src/database-connection';

describe('connectionFields', () => {
  it('decodes what a URL has to encode', () => {
    const fields = connectionFields('postgresql://app:p%40ss%2Fword@db.internal:6432/saiondo?sslmode=require');
    expect(fields).toMatchObject({ host: 'db.internal', port: 6432, user: 'app', password: 'p@ss/word', database: 'saiondo' });
    expect(fields.ssl).toEqual({ rejectUnauthorized: false });
  });
  it('verifies the server only when asked', () => {
    expect(connectionFields('postgresql://a:b@h/d?sslmode=verify-full').ssl).toEqual({ rejectUnauthorized: true });
    expect(connectionFields('postgresql://a:b@h/d').ssl).toBe(false);
  });
});
