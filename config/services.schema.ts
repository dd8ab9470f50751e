import { z } from 'zod';

const gib = (from: number, to: number, step = 1): readonly number[] =>
  Array.from({ length: (to - from) / step + 1 }, (_, i) => (from + i * step) * 1024);

/** Fargate's sizes: which memory (MiB) a number of CPU units allows (Amazon ECS Developer Guide, "Task CPU and memory"). */
export const FARGATE_SIZES: Readonly<Record<number, readonly number[]>> = {
  256: [512, 1024, 2048],
  512: gib(1, 4),
  1024: gib(2, 8),
  2048: gib(4, 16),
  4096: gib(8, 30),
  8192: gib(16, 60, 4),
  16384: gib(32, 120, 8),
};

/** Variable names that the template sets itself. */
const variable = z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'a variable’s name: upper-case letters, digits and _');

/** A name that ends as a secret's does: `JWT_SECRET`, not `JWT_SECRET_EXPIRES_IN`. */
const SECRET_NAME = /(^|_)(SECRET|SECRET_KEY|PASSWORD|PASSWD|TOKEN|PRIVATE_KEY|API_KEY|ACCESS_KEY|CREDENTIALS)$/;
/** A name that has such a word anywhere. */
const SECRET_WORD = /(SECRET|PASSWORD|TOKEN|PRIVATE_KEY|API_KEY)/;
/** A value that no setting has: a known issuer's key, a PEM, or a long word of letters and digits. An address of a chain is public. */
const SECRET_VALUE =
  /^(sk-|xox[abp]-|gh[pousr]_|AKIA|-----BEGIN|eyJ[\w-]+\.)|^(?!0x[0-9a-fA-F]{40}$)(?=.*\d)(?=.*[A-Za-z])[\w+/=-]{24,}$/;

/** Whether a variable of a service is a secret, as far as its name and value tell. */
export function looksSecret(name: string, value: string): boolean {
  return value !== '' && (SECRET_NAME.test(name) || (SECRET_WORD.test(name) && SECRET_VALUE.test(value)));
}

const service = z
  .strictObject({
    /** CPU units: 1024 are one vCPU. */
    cpu: z.number().int().default(256),
    /** MiB. */
    memory: z.number().int().default(512),
    /** Plain variables of the container. A secret has no place here: it would stand in the template. */
    environment: z.record(variable, z.string()).default({}),
    /** Variables whose values ECS reads from Secrets Manager when a task starts: `NAME` or `NAME:jsonKey`. */
    secrets: z
      .record(
        variable,
        z
          .string()
          .regex(
            /^(?!arn:)[\w/+=.@-]+(:[\w-]+)?$/,
            'a secret’s name in Secrets Manager, and after a colon its JSON key',
          ),
      )
      .default({}),
    /** Variables whose names look like a secret's and whose values are none. */
    notSecret: z.array(variable).default([]),
    /** Variables that get the address of a contract, as it is on the environment's network: `NAME: CONTRACT`. */
    contracts: z.record(variable, z.string().min(1)).default({}),
    /** Folders that the container may write to in addition to /tmp: memory, empty at every start. Everything else is read-only. */
    writable: z
      .array(
        z
          .string()
          .regex(
            /^\/(?!(tmp|proc|sys|dev|etc|usr|bin|sbin|lib)(\/|$))(?!.*(^|\/)\.\.?(\/|$))[\w./-]*\w$/,
            'an absolute path of a folder in the container, such as /app/logs',
          ),
      )
      .max(8)
      .default([]),
  })
  .superRefine((size, context) => {
    const allowed = FARGATE_SIZES[size.cpu];
    if (!allowed) {
      context.addIssue({
        code: 'custom',
        path: ['cpu'],
        message: `a size that Fargate offers: ${Object.keys(FARGATE_SIZES).join(', ')} CPU units`,
      });
    } else if (!allowed.includes(size.memory)) {
      context.addIssue({
        code: 'custom',
        path: ['memory'],
        message: `a memory that Fargate offers with ${size.cpu} CPU units: ${allowed.join(', ')} MiB`,
      });
    }
    for (const [name, value] of Object.entries(size.environment)) {
      if (!looksSecret(name, value) || size.notSecret.includes(name)) continue;
      context.addIssue({
        code: 'custom',
        path: ['environment', name],
        message: `no secret here, where it would stand in the template: put it into Secrets Manager and name it under \`secrets\`; where it is none, add ${name} to \`notSecret\``,
      });
    }
  });

/** `environments.NAME.services`. */
export const servicesSchema = z.strictObject({
  api: service.prefault({}),
  llm: service.prefault({}),
  minTasks: z.number().int().min(1).max(50).optional(),
  maxTasks: z.number().int().min(1).max(50).optional(),
  /** Percent of a task's CPU that scaling aims at. */
  cpuTarget: z.number().int().min(10).max(90).optional(),
  /** Requests a minute and task that scaling of the api aims at. */
  requestsTarget: z.number().int().min(1).optional(),
  /** Fargate Spot: cheaper, and a task may be taken away with two minutes' notice. */
  spot: z.boolean().optional(),
  deployment: z
    .strictObject({
      /** `blue-green`: ECS starts the new tasks next to the old, shifts all requests, and keeps the old for `bakeMinutes`. */
      strategy: z.enum(['rolling', 'blue-green']).default('rolling'),
      bakeMinutes: z.number().int().min(0).max(60).default(5),
    })
    .prefault({}),
  containerInsights: z.enum(['off', 'enabled', 'enhanced']).optional(),
});
