import { z } from 'zod';
import { secretId } from './names.schema';

const domainName = z
  .string()
  .regex(/^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$/, 'a domain name in lower case');

/** Policies of Elastic Load Balancing that take TLS 1.2 or newer only, and ciphers with forward secrecy. */
export const TLS_POLICIES = [
  'ELBSecurityPolicy-TLS13-1-2-2021-06',
  'ELBSecurityPolicy-TLS13-1-2-Res-2021-06',
  'ELBSecurityPolicy-TLS13-1-2-PQ-2025-09',
  'ELBSecurityPolicy-TLS13-1-3-2021-06',
] as const;

/** `environments.NAME.https`. */
export const httpsSchema = z
  .strictObject({
    /** The site's name; the api's is `api.` before it and gets its certificate. HTTP is redirected. */
    domain: domainName,
    /** The public hosted zone, in the environment's account, that the names and the certificates' proofs are written to. */
    zone: z
      .strictObject({ id: z.string().regex(/^Z[A-Z0-9]{6,32}$/, 'a hosted zone’s id: Z…'), name: domainName })
      .optional(),
    /** The site's certificate, in CloudFront's region: it takes one of no other (CloudFront Developer Guide, "Requirements for using SSL/TLS certificates with CloudFront"). */
    siteCertificate: z
      .string()
      .regex(
        /^arn:aws:acm:us-east-1:\d{12}:certificate\/[0-9a-f-]{36}$/,
        'the ARN of a certificate of AWS Certificate Manager in us-east-1',
      )
      .optional(),
    tlsPolicy: z.enum(TLS_POLICIES).default('ELBSecurityPolicy-TLS13-1-2-2021-06'),
  })
  .superRefine(({ domain, zone }, context) => {
    if (!zone) {
      context.addIssue({
        code: 'custom',
        path: ['domain'],
        message: 'with it `zone` with the hosted zone’s id and name, which the certificate is proven in',
      });
    } else if (domain !== zone.name && !domain.endsWith(`.${zone.name}`)) {
      context.addIssue({ code: 'custom', path: ['domain'], message: `a name in the zone ${zone.name}` });
    }
  });

/** `environments.NAME.web`. */
export const webSchema = z
  .strictObject({
    hosting: z.enum(['cloudfront', 'firebase']).default('cloudfront'),
    /** Who asked for what, kept in a bucket: CloudFront's and the load balancer's access logs. */
    accessLogs: z.boolean().optional(),
    firebase: z
      .strictObject({
        project: z.string().regex(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/, 'a Firebase project’s id'),
        /** The secret that holds the service account's key, as Google's console gives it. */
        secret: secretId.optional(),
      })
      .optional(),
  })
  .superRefine((web, context) => {
    if (web.hosting === 'firebase' && !web.firebase) {
      context.addIssue({
        code: 'custom',
        path: ['hosting'],
        message: 'with it `firebase` with the project’s id',
      });
    }
    if (web.hosting === 'cloudfront' && web.firebase) {
      context.addIssue({
        code: 'custom',
        path: ['firebase'],
        message: 'must not be here, unless `hosting: firebase`. Remove this key',
      });
    }
  });
