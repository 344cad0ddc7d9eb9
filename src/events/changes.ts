/** What a transaction changed, for everything that follows a commit. Identifiers are the database's UUIDs. */
export type Change =
  | SecurityChange
  | { readonly type: 'outbox'; readonly action: 'enqueued' }
  | { readonly type: 'user'; readonly action: 'created' | 'updated' | 'deleted'; readonly id: string }
  | {
      readonly type: 'post';
      readonly action: 'created' | 'updated' | 'published' | 'unpublished' | 'archived' | 'deleted';
      readonly id: string;
      readonly authorId: string;
    }
  | {
      readonly type: 'comment';
      readonly action: 'created' | 'updated' | 'deleted';
      readonly id: string;
      readonly postId: string;
    }
  | {
      readonly type: 'like';
      readonly action: 'created' | 'deleted';
      readonly postId: string;
      readonly userId: string;
    }
  | {
      readonly type: 'follow';
      readonly action: 'created' | 'deleted';
      readonly followerId: string;
      readonly followeeId: string;
    };

/** Something that the audit has a row of. */
export interface SecurityChange {
  readonly type: 'security';
  /** What happened, as the audit calls it. */
  readonly action: string;
  /** The identifier of the row. */
  readonly id: string;
  readonly userId: string | null;
  readonly actorId: string | null;
  readonly clientAddress: string | null;
  readonly requestId: string | null;
  readonly details: Readonly<Record<string, string | number | boolean | null>>;
}
