/** What the api is told by its environment. It ends where the secret is missing. */
export function readConfig(env: NodeJS.ProcessEnv): { readonly jwtSecret: string; readonly expiresIn: string } {
  const jwtSecret = env.AUTH_JWT_SECRET;
  if (!jwtSecret) throw new Error('AUTH_JWT_SECRET is not set');
  return { jwtSecret, expiresIn: env.AUTH_JWT_TOKEN_EXPIRES_IN ?? '1d' };
}

/** The configuration of this process. */
export const config = (): ReturnType<typeof readConfig> =>
  readConfig({
    AUTH_JWT_SECRET: process.env.AUTH_JWT_SECRET,
    AUTH_JWT_TOKEN_EXPIRES_IN: process.env.AUTH_JWT_TOKEN_EXPIRES_IN,
  });
