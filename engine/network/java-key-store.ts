import { createHash, X509Certificate } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { which } from '../host/tools';

/** The password that every JDK's own list has (JDK Tools, "keytool", "The cacerts Certificates File"). */
const PASSWORD = 'changeit';
/** Of the format: its first word, its version, and the tag of a trusted certificate (OpenJDK, `sun.security.provider.JavaKeyStore.engineLoad`). */
const MAGIC = 0xfeedfeed;
const VERSION = 2;
const TRUSTED_CERTIFICATE = 2;
/** Where distributions have the list that their JDKs share, and the folders of JDKs. */
const SHARED = ['/etc/ssl/certs/java/cacerts', '/etc/pki/java/cacerts', '/etc/pki/ca-trust/extracted/java/cacerts'];
const JDK_FOLDERS = ['/usr/lib/jvm', '/opt/java', '/usr/java'];
const WITHIN_JDK = ['lib/security/cacerts', 'jre/lib/security/cacerts'];

/**
 * A list of certificates that Java trusts, of a bundle in PEM: Java reads no bundle, and no variable leads it to one without a line of its own in each
 * program's output. A certificate that cannot be read is left out.
 */
export function javaKeyStore(bundle: string): Buffer {
  const certificates = (bundle.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).flatMap(
    (one) => {
      try {
        return [new X509Certificate(one).raw];
      } catch {
        return [];
      }
    },
  );
  const entries = certificates.flatMap((der, at) => [
    word(TRUSTED_CERTIFICATE),
    text(`authority-${at}`),
    // When it was put in: milliseconds in eight bytes. Java asks for none.
    Buffer.alloc(8),
    text('X.509'),
    word(der.length),
    der,
  ]);
  const content = Buffer.concat([word(MAGIC), word(VERSION), word(certificates.length), ...entries]);
  const seal = createHash('sha1').update(Buffer.from(PASSWORD, 'utf16le').swap16()).update('Mighty Aphrodite');
  return Buffer.concat([content, seal.update(content).digest()]);
}

/** The lists of the JDKs of this machine, links followed, each once. @param environment of the person: its JAVA_HOME */
export function javaKeyStores(environment: Readonly<Record<string, string | undefined>>): string[] {
  const java = which('java');
  const homes = [
    ...JDK_FOLDERS.flatMap((folder) => names(folder).map((name) => path.join(folder, name))),
    ...(environment.JAVA_HOME ? [environment.JAVA_HOME] : []),
    ...(java ? [path.resolve(fs.realpathSync(java), '../..')] : []),
  ];
  const files = [...SHARED, ...homes.flatMap((home) => WITHIN_JDK.map((below) => path.join(home, below)))];
  return [...new Set(files.filter((file) => fs.existsSync(file)).map((file) => fs.realpathSync(file)))];
}

function names(folder: string): string[] {
  return fs.existsSync(folder) ? fs.readdirSync(folder) : [];
}

/** A number of four bytes, the first one the highest. */
function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A text after its length in two bytes (Java, `DataOutput.writeUTF`); ASCII only. */
function text(value: string): Buffer {
  const bytes = Buffer.alloc(2 + value.length);
  bytes.writeUInt16BE(value.length);
  bytes.write(value, 2, 'latin1');
  return bytes;
}
