const UNREACHED =
  /no such host|dial tcp|i\/o timeout|TLS handshake timeout|network is unreachable|server misbehaving|Client\.Timeout exceeded|request canceled while waiting|toomanyrequests/;

/** Whether a pull failed because the registry was not reached or takes no more requests of this machine: no word of the image. */
export function registryUnreached(said: string): boolean {
  return /\/v2\/|pull|registry/.test(said) && UNREACHED.test(said);
}
