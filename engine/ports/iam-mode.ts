/** What a denied permission does: it fails what asked, as on AWS; it is listed; or nothing is judged. */
export type IamMode = 'enforce' | 'report' | 'off';

/** What `--iam` may say. */
export const IAM_MODES: readonly IamMode[] = ['enforce', 'report', 'off'];
