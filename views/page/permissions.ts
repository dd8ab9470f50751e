/** What a run's page shows of permissions. */
export interface PagePermissions {
  /** The roles that are denied something first. */
  readonly roles: readonly PageRole[];
}

/** A role of a run. */
export interface PageRole {
  readonly name: string;
  /** How many of each, by the words of the table's columns. */
  readonly counts: Readonly<Record<'denied' | 'warning' | 'not known' | 'allowed' | 'never used', number>>;
  /** All counts as words. */
  readonly words: string;
  readonly rows: readonly {
    readonly group: string;
    readonly action: string;
    readonly resource: string;
    readonly asked: string;
    readonly text: string;
    readonly remedy?: string;
  }[];
  /** So many rows are not sent: they are in permissions.jsonl. */
  readonly more: number;
}
