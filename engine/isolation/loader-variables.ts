/**
 * Variables by which the C library loads code or reads files (ld.so(8), "secure-execution mode"). A build may set them for its own programs;
 * the programs that put a process into the sandbox run outside of it and must not hear of them.
 */
const LOADER =
  /^(LD_.*|GCONV_PATH|GETCONF_DIR|GLIBC_TUNABLES|HOSTALIASES|LOCALDOMAIN|LOCPATH|MALLOC_.*|NIS_PATH|NLSPATH|POSIXLY_CORRECT|RESOLV_HOST_CONF|RES_OPTIONS|TZDIR)$/;

/** A build's variables: those that any program may be given, and those for programs inside of the sandbox only. */
export function splitVariables(environment: Readonly<Record<string, string>>): {
  readonly outside: Readonly<Record<string, string>>;
  readonly inside: readonly string[];
} {
  const entries = Object.entries(environment);
  return {
    outside: Object.fromEntries(entries.filter(([name]) => !LOADER.test(name))),
    inside: entries.filter(([name]) => LOADER.test(name)).map(([name, value]) => `${name}=${value}`),
  };
}
