import * as crypto from 'node:crypto';
import * as tls from 'node:tls';
import { promisify } from 'node:util';
import { pki, md } from 'node-forge';

const DAY = 24 * 3600 * 1000;
/** Days that the run's certificates are good for. A run may wait a week for an approval. */
const DAYS = 30;

/**
 * A certificate authority of one run. Its key is in the memory of the process that made it and nowhere else: it ends with the run.
 * Clients see RSA keys, which the oldest of them know.
 */
export class Authority {
  private readonly contexts = new Map<string, tls.SecureContext>();

  private constructor(
    private readonly key: pki.rsa.PrivateKey,
    private readonly own: pki.Certificate,
    /** One key for all leaves: making one takes 100 ms. */
    private readonly leaf: { readonly privateKey: string; readonly publicKey: pki.PublicKey },
  ) {}

  static async create(): Promise<Authority> {
    const [root, leaf] = await Promise.all([keyPair(), keyPair()]);
    const key = pki.privateKeyFromPem(root.privateKey);
    const own = certificate(pki.publicKeyFromPem(root.publicKey), 'rehearsal of saiondo-pipeline');
    own.setIssuer(own.subject.attributes);
    own.setExtensions([
      { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
      { name: 'subjectKeyIdentifier' },
    ]);
    own.sign(key, md.sha256.create());
    return new Authority(key, own, { ...leaf, publicKey: pki.publicKeyFromPem(leaf.publicKey) });
  }

  /** The authority's certificate, in PEM. */
  get pem(): string {
    return pki.certificateToPem(this.own);
  }

  /** What a server of that name shows. Made once a name. */
  contextOf(name: string): tls.SecureContext {
    const made = this.contexts.get(name) ?? this.makeContext(name);
    this.contexts.set(name, made);
    return made;
  }

  private makeContext(name: string): tls.SecureContext {
    // A common name has 64 characters at most; clients look at the other names.
    const cert = certificate(this.leaf.publicKey, name.length > 64 ? 'a host of AWS' : name);
    cert.setIssuer(this.own.subject.attributes);
    cert.setExtensions([
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: name }] },
      { name: 'subjectKeyIdentifier' },
      {
        name: 'authorityKeyIdentifier',
        keyIdentifier: this.own.generateSubjectKeyIdentifier().getBytes(),
      },
    ]);
    cert.sign(this.key, md.sha256.create());
    return tls.createSecureContext({
      key: this.leaf.privateKey,
      cert: `${pki.certificateToPem(cert)}${this.pem}`,
      minVersion: 'TLSv1.2',
    });
  }
}

async function keyPair(): Promise<{ privateKey: string; publicKey: string }> {
  return promisify(crypto.generateKeyPair)('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
}

function certificate(publicKey: pki.PublicKey, commonName: string): pki.Certificate {
  const made = pki.createCertificate();
  made.publicKey = publicKey;
  // Positive: its first bit is not set.
  made.serialNumber = `0${crypto.randomBytes(15).toString('hex')}1`;
  made.validity.notBefore = new Date(Date.now() - DAY);
  made.validity.notAfter = new Date(Date.now() + DAYS * DAY);
  made.setSubject([{ name: 'commonName', value: commonName }]);
  return made;
}
