import { z } from 'zod';

/** `notifications`: who hears of a failed pipeline, a waiting approval and, for environments with alarms, an alarm. */
export const notificationsSchema = z.strictObject({
  /** Each address gets a mail from SNS that it has to confirm once. */
  emails: z.array(z.email('an e-mail address')).max(20).default([]),
  /** A channel of Slack, through Amazon Q Developer in chat applications; a person authorizes the workspace once, in its console. */
  slack: z
    .strictObject({
      workspaceId: z.string().regex(/^T[A-Z0-9]{6,20}$/, 'a Slack workspace’s id: T…'),
      channelId: z.string().regex(/^[CG][A-Z0-9]{6,20}$/, 'a Slack channel’s id: C… or G…'),
    })
    .optional(),
});
