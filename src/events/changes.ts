/** What a transaction changed, for everything that follows a commit. Identifiers are the database's UUIDs. */
export type Change =
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
