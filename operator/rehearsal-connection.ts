import type { Connection } from './aws';

/** A connection to a rehearsal, with the credentials that it made for its person. @param local who answers in this process */
export function rehearsalConnection(
  home: Connection['home'] & { readonly account: string },
  endpoint: NonNullable<Connection['endpoint']>,
  credentialsOf: (account: string) => { readonly accessKeyId: string; readonly secretAccessKey: string },
  local?: Connection['local'],
): Connection {
  return {
    home,
    endpoint,
    ...(local ? { local } : {}),
    credentials: (place) => credentialsOf(place?.account ?? home.account),
  };
}
