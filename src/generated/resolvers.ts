import type { GlobalId } from '../shared/ids.ts';
import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { User as UserEntity } from '../modules/users/index.ts';
import type { Tag as TagEntity } from '../modules/tags/index.ts';
import type { Post as PostEntity } from '../modules/posts/index.ts';
import type { Comment as CommentEntity } from '../modules/comments/index.ts';
import type { Session as SessionEntity } from '../modules/accounts/index.ts';
import type { Context } from '../graphql/context.ts';
export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
export type FieldWrapper<T> = T | Promise<T> | (() => T | Promise<T>);
export type Omit<T, K extends keyof T> = Pick<T, Exclude<keyof T, K>>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: GlobalId; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** A point in time in UTC as RFC 3339 writes it, with milliseconds: `2026-01-31T12:00:00.000Z`. */
  DateTime: { input: string; output: string; }
  /** An absolute http or https address, as the WHATWG URL standard writes it. */
  URL: { input: string; output: string; }
};

/** What a viewer must be to call a root field. Each level includes the ones after it. */
export type AccessLevel =
  /** Administrators. */
  | 'ADMIN'
  /** Authors, editors and administrators. */
  | 'AUTHOR'
  /** Editors and administrators. */
  | 'EDITOR'
  /** Everybody, signed in or not. */
  | 'PUBLIC'
  /** Everybody who is signed in. */
  | 'VIEWER';

/** A new comment. */
export type AddCommentInput = {
  /** The text in Markdown, 1 to 10,000 characters. */
  readonly body: Scalars['String']['input'];
  /** The identifier of the comment under the same post that this one answers; null writes at the top level. */
  readonly parentId?: InputMaybe<Scalars['ID']['input']>;
  /** The identifier of the post, which must be published. */
  readonly postId: Scalars['ID']['input'];
};

/** Another e-mail address, and what proves who asks for it. */
export type ChangeEmailInput = {
  /** The address that the account shall have. */
  readonly newEmail: Scalars['String']['input'];
  /** The password of the account; a wrong one is a `BAD_USER_INPUT`. */
  readonly password: Scalars['String']['input'];
};

/** The old password and the new one. */
export type ChangePasswordInput = {
  /** The password that the user has; a wrong one is a `BAD_USER_INPUT`. */
  readonly currentPassword: Scalars['String']['input'];
  /** The password that the user shall have: the same rules hold as for a new account. */
  readonly newPassword: Scalars['String']['input'];
};

/** What somebody says under a post, or in reply to another comment. Whoever sees the post sees its comments. */
export type Comment = Node & {
  readonly __typename?: 'Comment';
  /** Who wrote the comment; null only when the account was erased while the answer was being made. */
  readonly author?: Maybe<FieldWrapper<User>>;
  /** The text as it was written, in Markdown. */
  readonly body: FieldWrapper<Scalars['String']['output']>;
  /** When the comment was written. */
  readonly createdAt: FieldWrapper<Scalars['DateTime']['output']>;
  /** The text as sanitised HTML, made from `body` when it was written, within the same limits as the HTML of a post. */
  readonly html: FieldWrapper<Scalars['String']['output']>;
  /** The identifier of the comment: `comment_` and 26 characters. */
  readonly id: FieldWrapper<Scalars['ID']['output']>;
  /** The comment that this one answers; null at the top level, and where that comment was deleted. */
  readonly parent?: Maybe<FieldWrapper<Comment>>;
  /** The post that the comment stands under; null only when it was withdrawn while the answer was being made. */
  readonly post?: Maybe<FieldWrapper<Post>>;
  /** The direct answers to this comment, page by page, the oldest first. */
  readonly replies: FieldWrapper<CommentConnection>;
  /** When the text was last changed. */
  readonly updatedAt: FieldWrapper<Scalars['DateTime']['output']>;
  /** Whether the viewer may erase the comment with `deleteComment`. */
  readonly viewerCanDelete: FieldWrapper<Scalars['Boolean']['output']>;
  /** Whether the viewer may change the comment with `updateComment`. */
  readonly viewerCanUpdate: FieldWrapper<Scalars['Boolean']['output']>;
};


/** What somebody says under a post, or in reply to another comment. Whoever sees the post sees its comments. */
export type CommentRepliesArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
};

/** One page of a list of comments, by the Relay Cursor Connections specification. */
export type CommentConnection = {
  readonly __typename?: 'CommentConnection';
  /** The comments of this page, in order, each with its cursor. */
  readonly edges: ReadonlyArray<FieldWrapper<CommentEdge>>;
  /** The comments of this page, in order: the same as the nodes of `edges`. */
  readonly nodes: ReadonlyArray<FieldWrapper<Comment>>;
  /** Where this page stands in the whole list. */
  readonly pageInfo: FieldWrapper<PageInfo>;
  /** The number of comments in the whole list that the viewer may see, counted up to 10,000; it costs a statement of its own. */
  readonly totalCount: FieldWrapper<Scalars['Int']['output']>;
  /** Whether `totalCount` is the exact number or the place where counting stopped. */
  readonly totalCountPrecision: FieldWrapper<CountPrecision>;
};

/** One place in a list of comments. */
export type CommentEdge = {
  readonly __typename?: 'CommentEdge';
  /** An opaque text that marks this place in the list, for `after` and `before`. */
  readonly cursor: FieldWrapper<Scalars['String']['output']>;
  /** The comment at this place. */
  readonly node: FieldWrapper<Comment>;
};

/** Which comments a list holds. Conditions that are null or absent do not count; the others must all hold. */
export type CommentFilter = {
  /** Only comments of this author. */
  readonly author?: InputMaybe<Scalars['ID']['input']>;
  /** True: only comments at the top level. False: only replies. */
  readonly topLevel?: InputMaybe<Scalars['Boolean']['input']>;
};

/** The order of a list of comments. */
export type CommentOrder =
  /** Oldest first. */
  | 'CREATED_AT_ASC'
  /** Newest first. */
  | 'CREATED_AT_DESC';

/** How exact a count is. */
export type CountPrecision =
  /** Counting stopped here: there are more. */
  | 'AT_LEAST'
  /** The number is exact. */
  | 'EXACT';

/** A new post. */
export type CreatePostInput = {
  /** The text in Markdown, 1 byte to 1 MB as UTF-8. */
  readonly body: Scalars['String']['input'];
  /** The identifiers of the users to be named beside the author, at most 20. */
  readonly contributors?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  /** What lists show of the post, in plain text; of more than 280 characters the beginning is kept. Null makes it from the text. */
  readonly excerpt?: InputMaybe<Scalars['String']['input']>;
  /** Whether to publish the post at once. */
  readonly publish?: Scalars['Boolean']['input'];
  /** The names of the post's tags, at most 10, each 1 to 50 characters; tags are made as needed. */
  readonly tags?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** The title, 1 to 200 characters of which one must be visible. */
  readonly title: Scalars['String']['input'];
};

/** A new account. */
export type CreateUserInput = {
  /** The address of a picture of the user, http or https, at most 2,000 characters. */
  readonly avatarUrl?: InputMaybe<Scalars['String']['input']>;
  /** What the user says about themselves, at most 1,000 characters. */
  readonly bio?: InputMaybe<Scalars['String']['input']>;
  /** The e-mail address, unique over all accounts, upper and lower case alike. */
  readonly email: Scalars['String']['input'];
  /** The name as people write it, 1 to 100 characters of which one must be visible. */
  readonly name: Scalars['String']['input'];
  /** The password, 8 to 128 characters, of which a server may ask for more than 8; neither one of the most common passwords nor the user's name, username or address. Without one the account exists and cannot sign in until a password is set. */
  readonly password?: InputMaybe<Scalars['String']['input']>;
  /** The username, 2 to 40 lower-case letters, digits and single hyphens; derived from the name when null or absent. */
  readonly username?: InputMaybe<Scalars['String']['input']>;
};

export type Mutation = {
  readonly __typename?: 'Mutation';
  /** Writes a comment under a published post. Answers the new comment; null with an error when nothing was written. */
  readonly addComment?: Maybe<FieldWrapper<Comment>>;
  /** Withdraws a published post and keeps it: one's own, or as an editor anybody's. A draft can't be archived and is a `CONFLICT`. Answers the post; null with an error when nothing was changed. */
  readonly archivePost?: Maybe<FieldWrapper<Post>>;
  /** Mails a link to a new e-mail address, and a notice to the one that the account has. The address changes when the link is used, with `confirmEmailChange`. Answers the user, unchanged; null with an error when nothing was mailed. */
  readonly changeEmail?: Maybe<FieldWrapper<User>>;
  /** Gives the viewer another password and ends their other sessions and all mailed links. Answers the user; null with an error when nothing was changed. */
  readonly changePassword?: Maybe<FieldWrapper<User>>;
  /** Gives the viewer the new e-mail address that a mailed link proves; other links of the account are good for nothing any more. An account that had the address and never proved it loses it; one that proved it keeps it, and the answer is a `CONFLICT`. Answers the user; null with an error when nothing was changed. */
  readonly confirmEmailChange?: Maybe<FieldWrapper<User>>;
  /** Writes a post, as a draft or published at once. Answers the new post; null with an error when nothing was written. */
  readonly createPost?: Maybe<FieldWrapper<Post>>;
  /** Signs a new user up, and mails a link that proves the e-mail address or, without a password, one that sets it. Answers the new user, with their e-mail address; an address or a username that is taken is a `CONFLICT`, and closed sign-up is `FORBIDDEN` to all but administrators. */
  readonly createUser: FieldWrapper<User>;
  /** Erases a comment: one's own, or as an editor anybody's. Its replies stay and stand at the top level. Answers the comment with its last values, its list of replies already empty; null with an error when nothing was erased. */
  readonly deleteComment?: Maybe<FieldWrapper<Comment>>;
  /** Erases a post with its comments and likes: one's own, or as an administrator anybody's. Answers the post with its last values, its lists already empty and its counts zero; null with an error when nothing was erased. */
  readonly deletePost?: Maybe<FieldWrapper<Post>>;
  /** Erases a user and everything they made: posts with their comments and likes, comments, likes, follows and sessions. Replies of others to their comments stay and stand at the top level. One's own account, with its password or within ten minutes of the sign-in, or as an administrator anybody's; the last administrator stays. Answers the user's last values, the lists already empty and the counts zero; null with an error when nothing was erased. */
  readonly deleteUser?: Maybe<FieldWrapper<User>>;
  /** Follows a user; following twice changes nothing, following oneself is a `BAD_USER_INPUT`. Answers the followed user; null with an error when nothing was changed. */
  readonly followUser?: Maybe<FieldWrapper<User>>;
  /** Likes a published post; liking twice changes nothing. Answers the post; null with an error when nothing was changed. */
  readonly likePost?: Maybe<FieldWrapper<Post>>;
  /** Shows a draft or an archived post to everybody: one's own, or as an editor anybody's. The first publication settles slug and `publishedAt`. Publishing a published post changes nothing. Answers the post; null with an error when it was not published. */
  readonly publishPost?: Maybe<FieldWrapper<Post>>;
  /** Changes a refresh token for the next one and a new access token. Each is good once: whoever uses one a second time ends the session, since one of the two is a thief. Only within ten seconds, and while the next one is unused, the same answer is given again, for a client that did not get it. Leave the `Authorization` header out, since an expired access token is refused. Whatever is wrong, the answer is `UNAUTHENTICATED`. */
  readonly refreshSession?: Maybe<FieldWrapper<SignInPayload>>;
  /** Ends the suspension of a user, who can sign in again. Answers the changed user; null with an error when nothing was changed. */
  readonly reinstateUser?: Maybe<FieldWrapper<User>>;
  /** Mails the viewer a link that proves their e-mail address; links that were mailed for it before are good for nothing any more. Nothing is mailed where the address is proved. Answers the user; null with an error when there is no address, or when the server sends no mail. */
  readonly requestEmailVerification?: Maybe<FieldWrapper<User>>;
  /** Mails a link that sets a new password, if there is an account with this e-mail address. Answers true in either case, and in the same time: who asks does not learn whether there is one; null with an error when the text is no address, or when the server sends no mail. */
  readonly requestPasswordReset?: Maybe<FieldWrapper<Scalars['Boolean']['output']>>;
  /** Sets a password with a mailed link, proves the e-mail address with it and ends all sessions and other links. So the owner of an address takes over an account that somebody else made with it and never proved. Answers the user, with their e-mail address, who can sign in now; null with an error when nothing was changed. */
  readonly resetPassword?: Maybe<FieldWrapper<User>>;
  /** Ends one of the viewer's sessions. Answers the session; null with an error when nothing was ended. */
  readonly revokeSession?: Maybe<FieldWrapper<Session>>;
  /** Gives a user another role, which counts from their next request on; the last administrator keeps theirs. Answers the changed user; null with an error when nothing was changed. */
  readonly setUserRole?: Maybe<FieldWrapper<User>>;
  /** Signs a user in. A wrong address, a wrong password, an account without a password and a suspended one all get the same answer, `UNAUTHENTICATED`. */
  readonly signIn?: Maybe<FieldWrapper<SignInPayload>>;
  /** Ends the session that asks: its tokens are good for nothing any more. Answers the session; null with an error when nothing was ended. */
  readonly signOut?: Maybe<FieldWrapper<Session>>;
  /** Ends all sessions of the viewer, this one too. Answers the sessions; null with an error when nothing was ended. */
  readonly signOutEverywhere?: Maybe<ReadonlyArray<FieldWrapper<Session>>>;
  /** Suspends a user and ends their sessions and mailed links for good: they can neither sign in nor act from their next request on; what they published stays. Answers the changed user; null with an error when nothing was changed. */
  readonly suspendUser?: Maybe<FieldWrapper<User>>;
  /** Ends following a user; it changes nothing where the viewer does not follow them. Answers the user; null with an error when nothing was changed. */
  readonly unfollowUser?: Maybe<FieldWrapper<User>>;
  /** Takes a like back; it changes nothing where there is none. Answers the post; null with an error when nothing was changed. */
  readonly unlikePost?: Maybe<FieldWrapper<Post>>;
  /** Turns a published or archived post back into a draft: one's own, or as an editor anybody's. Slug and date of publication come back with the next publication. Answers the post; null with an error when nothing was changed. */
  readonly unpublishPost?: Maybe<FieldWrapper<Post>>;
  /** Changes the text of a comment: one's own, or as an editor anybody's. Answers the changed comment; null with an error when nothing was changed. */
  readonly updateComment?: Maybe<FieldWrapper<Comment>>;
  /** Changes a post: one's own, or as an editor anybody's. Answers the changed post; null with an error when nothing was changed. */
  readonly updatePost?: Maybe<FieldWrapper<Post>>;
  /** Changes a profile: one's own, or as an administrator anybody's. Answers the changed user; null with an error when nothing was changed. */
  readonly updateUser?: Maybe<FieldWrapper<User>>;
  /** Proves the viewer's e-mail address with a mailed link. Only the account that the link was mailed for can use it, signed in: who gets the mail of a stranger's sign-up proves nothing by accident. Answers the user; null with an error when nothing was proved. */
  readonly verifyEmail?: Maybe<FieldWrapper<User>>;
};


export type MutationAddCommentArgs = {
  input: AddCommentInput;
};


export type MutationArchivePostArgs = {
  id: Scalars['ID']['input'];
};


export type MutationChangeEmailArgs = {
  input: ChangeEmailInput;
};


export type MutationChangePasswordArgs = {
  input: ChangePasswordInput;
};


export type MutationConfirmEmailChangeArgs = {
  token: Scalars['String']['input'];
};


export type MutationCreatePostArgs = {
  input: CreatePostInput;
};


export type MutationCreateUserArgs = {
  input: CreateUserInput;
};


export type MutationDeleteCommentArgs = {
  id: Scalars['ID']['input'];
};


export type MutationDeletePostArgs = {
  id: Scalars['ID']['input'];
};


export type MutationDeleteUserArgs = {
  id: Scalars['ID']['input'];
  password?: InputMaybe<Scalars['String']['input']>;
};


export type MutationFollowUserArgs = {
  id: Scalars['ID']['input'];
};


export type MutationLikePostArgs = {
  id: Scalars['ID']['input'];
};


export type MutationPublishPostArgs = {
  id: Scalars['ID']['input'];
  slug?: InputMaybe<Scalars['String']['input']>;
};


export type MutationRefreshSessionArgs = {
  refreshToken: Scalars['String']['input'];
};


export type MutationReinstateUserArgs = {
  id: Scalars['ID']['input'];
};


export type MutationRequestPasswordResetArgs = {
  email: Scalars['String']['input'];
};


export type MutationResetPasswordArgs = {
  input: ResetPasswordInput;
};


export type MutationRevokeSessionArgs = {
  id: Scalars['ID']['input'];
};


export type MutationSetUserRoleArgs = {
  id: Scalars['ID']['input'];
  role: Role;
};


export type MutationSignInArgs = {
  input: SignInInput;
};


export type MutationSuspendUserArgs = {
  id: Scalars['ID']['input'];
};


export type MutationUnfollowUserArgs = {
  id: Scalars['ID']['input'];
};


export type MutationUnlikePostArgs = {
  id: Scalars['ID']['input'];
};


export type MutationUnpublishPostArgs = {
  id: Scalars['ID']['input'];
};


export type MutationUpdateCommentArgs = {
  id: Scalars['ID']['input'];
  input: UpdateCommentInput;
};


export type MutationUpdatePostArgs = {
  expectedVersion?: InputMaybe<Scalars['Int']['input']>;
  id: Scalars['ID']['input'];
  input: UpdatePostInput;
};


export type MutationUpdateUserArgs = {
  id: Scalars['ID']['input'];
  input: UpdateUserInput;
};


export type MutationVerifyEmailArgs = {
  token: Scalars['String']['input'];
};

/** An object with a globally unique identifier, by the Relay Global Object Identification specification. */
export type Node = {
  /** The identifier of the object, unique over all types; it never changes. */
  readonly id: FieldWrapper<Scalars['ID']['output']>;
};

/** Where a page stands in its list, by the Relay Cursor Connections specification. */
export type PageInfo = {
  readonly __typename?: 'PageInfo';
  /** The cursor of the last item of this page; null when the page is empty. */
  readonly endCursor?: Maybe<FieldWrapper<Scalars['String']['output']>>;
  /** Whether more items follow this page. When paging backwards: whether the page ends at a `before` cursor. */
  readonly hasNextPage: FieldWrapper<Scalars['Boolean']['output']>;
  /** Whether more items precede this page. When paging forwards: whether the page starts at an `after` cursor. */
  readonly hasPreviousPage: FieldWrapper<Scalars['Boolean']['output']>;
  /** The cursor of the first item of this page; null when the page is empty. */
  readonly startCursor?: Maybe<FieldWrapper<Scalars['String']['output']>>;
};

/** An article. A published one is seen by everybody; a draft or an archived one by its author, editors and administrators, and to others it does not exist. */
export type Post = Node & {
  readonly __typename?: 'Post';
  /** Who wrote the post; null only when the account was erased while the answer was being made. */
  readonly author?: Maybe<FieldWrapper<User>>;
  /** The text as the author wrote it, in Markdown. */
  readonly body: FieldWrapper<Scalars['String']['output']>;
  /** The number of comments under the post, replies included. */
  readonly commentCount: FieldWrapper<Scalars['Int']['output']>;
  /** The newest comments under the post, replies included. */
  readonly comments: ReadonlyArray<FieldWrapper<Comment>>;
  /** The comments under the post, replies included, page by page. */
  readonly commentsConnection: FieldWrapper<CommentConnection>;
  /** Who is named beside the author, in the order given; being named gives no rights. */
  readonly contributors: ReadonlyArray<FieldWrapper<User>>;
  /** When the post was made. */
  readonly createdAt: FieldWrapper<Scalars['DateTime']['output']>;
  /** What lists show of the post, as plain text of at most 280 characters: what was written for it, otherwise the beginning of the text. */
  readonly excerpt: FieldWrapper<Scalars['String']['output']>;
  /** The text as sanitised HTML, made from `body` when it was written. Its length is at most five times that of the text plus 64,000 characters: where Markdown makes more of it, or nests too deep, it is the text as preformatted text. */
  readonly html: FieldWrapper<Scalars['String']['output']>;
  /** The identifier of the post: `post_` and 26 characters. */
  readonly id: FieldWrapper<Scalars['ID']['output']>;
  /** The number of users who like the post. */
  readonly likeCount: FieldWrapper<Scalars['Int']['output']>;
  /** When the post was first published; null for a draft. */
  readonly publishedAt?: Maybe<FieldWrapper<Scalars['DateTime']['output']>>;
  /** How long reading takes, in minutes at 220 words a minute, at least 1. */
  readonly readingTimeMinutes: FieldWrapper<Scalars['Int']['output']>;
  /** The name in the post's address, unique over all posts. It is made from the title at the first publication and final from then on; that of a draft is provisional. */
  readonly slug: FieldWrapper<Scalars['String']['output']>;
  /** How far the post has come. */
  readonly status: FieldWrapper<PostStatus>;
  /** The subjects of the post, by slug, at most 10. */
  readonly tags: ReadonlyArray<FieldWrapper<Tag>>;
  /** The title, as plain text. */
  readonly title: FieldWrapper<Scalars['String']['output']>;
  /** When the title, text, tags, contributors or status were last changed. */
  readonly updatedAt: FieldWrapper<Scalars['DateTime']['output']>;
  /** How often the post was changed, counted from 1; `updatePost` takes it as `expectedVersion`. */
  readonly version: FieldWrapper<Scalars['Int']['output']>;
  /** Whether the viewer may withdraw the post with `archivePost`; false for a post that is not published. */
  readonly viewerCanArchive: FieldWrapper<Scalars['Boolean']['output']>;
  /** Whether the viewer may write comments under the post with `addComment`; false for a post that is not published. */
  readonly viewerCanComment: FieldWrapper<Scalars['Boolean']['output']>;
  /** Whether the viewer may erase the post with `deletePost`. */
  readonly viewerCanDelete: FieldWrapper<Scalars['Boolean']['output']>;
  /** Whether the viewer may like the post with `likePost`, or does; false for a post that is not published. */
  readonly viewerCanLike: FieldWrapper<Scalars['Boolean']['output']>;
  /** Whether the viewer may show the post to everybody with `publishPost`; false for a post that is published. */
  readonly viewerCanPublish: FieldWrapper<Scalars['Boolean']['output']>;
  /** Whether the viewer may turn the post back into a draft with `unpublishPost`; false for a draft. */
  readonly viewerCanUnpublish: FieldWrapper<Scalars['Boolean']['output']>;
  /** Whether the viewer may change the post with `updatePost`. */
  readonly viewerCanUpdate: FieldWrapper<Scalars['Boolean']['output']>;
  /** Whether the viewer likes the post; false when nobody is signed in. */
  readonly viewerHasLiked: FieldWrapper<Scalars['Boolean']['output']>;
};


/** An article. A published one is seen by everybody; a draft or an archived one by its author, editors and administrators, and to others it does not exist. */
export type PostCommentsArgs = {
  limit?: InputMaybe<Scalars['Int']['input']>;
};


/** An article. A published one is seen by everybody; a draft or an archived one by its author, editors and administrators, and to others it does not exist. */
export type PostCommentsConnectionArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<CommentFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  orderBy?: CommentOrder;
};

/** One page of a list of posts, by the Relay Cursor Connections specification. */
export type PostConnection = {
  readonly __typename?: 'PostConnection';
  /** The posts of this page, in order, each with its cursor. */
  readonly edges: ReadonlyArray<FieldWrapper<PostEdge>>;
  /** The posts of this page, in order: the same as the nodes of `edges`. */
  readonly nodes: ReadonlyArray<FieldWrapper<Post>>;
  /** Where this page stands in the whole list. */
  readonly pageInfo: FieldWrapper<PageInfo>;
  /** The number of posts in the whole list that the viewer may see, counted up to 10,000; it costs a statement of its own. */
  readonly totalCount: FieldWrapper<Scalars['Int']['output']>;
  /** Whether `totalCount` is the exact number or the place where counting stopped. */
  readonly totalCountPrecision: FieldWrapper<CountPrecision>;
};

/** One place in a list of posts. */
export type PostEdge = {
  readonly __typename?: 'PostEdge';
  /** An opaque text that marks this place in the list, for `after` and `before`. */
  readonly cursor: FieldWrapper<Scalars['String']['output']>;
  /** The post at this place. */
  readonly node: FieldWrapper<Post>;
};

/** Which posts a list holds. Conditions that are null or absent do not count; the others must all hold. */
export type PostFilter = {
  /** Only posts of this author. */
  readonly author?: InputMaybe<Scalars['ID']['input']>;
  /** Only posts from this time on, as RFC 3339; it is compared with the time that orders the list. */
  readonly from?: InputMaybe<Scalars['String']['input']>;
  /** Only posts in one of these states, as far as the viewer may see them; without it, published posts. */
  readonly status?: InputMaybe<ReadonlyArray<PostStatus>>;
  /** Only posts that carry the tag with this slug. */
  readonly tag?: InputMaybe<Scalars['String']['input']>;
  /** Only posts whose title or text have all these words, or words that begin with them; words in double quotes must follow each other. */
  readonly text?: InputMaybe<Scalars['String']['input']>;
  /** Only posts before this time, as RFC 3339; it is compared with the time that orders the list. */
  readonly until?: InputMaybe<Scalars['String']['input']>;
};

/** The order of a list of posts: by the time of publication, for drafts by the time of creation. */
export type PostOrder =
  /** Oldest first. */
  | 'PUBLISHED_AT_ASC'
  /** Newest first. */
  | 'PUBLISHED_AT_DESC';

/** How far a post has come. */
export type PostStatus =
  /** Was published and is withdrawn: seen by its author, editors and administrators. */
  | 'ARCHIVED'
  /** Being written: seen by its author, editors and administrators. */
  | 'DRAFT'
  /** Seen by everybody. */
  | 'PUBLISHED';

export type Query = {
  readonly __typename?: 'Query';
  /** The published posts of the people whom the viewer follows, page by page, the newest first. */
  readonly feed?: Maybe<FieldWrapper<PostConnection>>;
  /** Any object by its identifier; null when there is none that the viewer may see. */
  readonly node?: Maybe<FieldWrapper<Node>>;
  /** Several objects by their identifiers, at most 100, in the order asked for; null in the place of each that does not exist or that the viewer may not see. */
  readonly nodes: ReadonlyArray<Maybe<FieldWrapper<Node>>>;
  /** A post by identifier; null when there is none that the viewer may see. */
  readonly post?: Maybe<FieldWrapper<Post>>;
  /** A post by its slug; null when there is none that the viewer may see. */
  readonly postBySlug?: Maybe<FieldWrapper<Post>>;
  /** The newest published posts. */
  readonly posts: ReadonlyArray<FieldWrapper<Post>>;
  /** All posts that the viewer may see, page by page; without a filter on `status`, the published ones. */
  readonly postsConnection: FieldWrapper<PostConnection>;
  /** Finds published posts, users and tags that have all the words given, or words that begin with them; words in double quotes must follow each other. The best come first; a query without a letter or a digit finds nothing. */
  readonly search: FieldWrapper<SearchConnection>;
  /** A tag by its slug, upper and lower case alike; null when there is none that the viewer may see. */
  readonly tagBySlug?: Maybe<FieldWrapper<Tag>>;
  /** The newest tags. */
  readonly tags: ReadonlyArray<FieldWrapper<Tag>>;
  /** All tags, page by page. */
  readonly tagsConnection: FieldWrapper<TagConnection>;
  /** A user by identifier; null when there is none. */
  readonly user?: Maybe<FieldWrapper<User>>;
  /** A user by username, upper and lower case alike; null when there is none. */
  readonly userByUsername?: Maybe<FieldWrapper<User>>;
  /** The newest users. */
  readonly users: ReadonlyArray<FieldWrapper<User>>;
  /** All users, page by page. */
  readonly usersConnection: FieldWrapper<UserConnection>;
  /** The user who is signed in; null when nobody is. */
  readonly viewer?: Maybe<FieldWrapper<User>>;
};


export type QueryFeedArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryNodeArgs = {
  id: Scalars['ID']['input'];
};


export type QueryNodesArgs = {
  ids: ReadonlyArray<Scalars['ID']['input']>;
};


export type QueryPostArgs = {
  id: Scalars['ID']['input'];
};


export type QueryPostBySlugArgs = {
  slug: Scalars['String']['input'];
};


export type QueryPostsArgs = {
  limit?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryPostsConnectionArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<PostFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  orderBy?: PostOrder;
};


export type QuerySearchArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  kinds?: InputMaybe<ReadonlyArray<SearchKind>>;
  last?: InputMaybe<Scalars['Int']['input']>;
  query: Scalars['String']['input'];
};


export type QueryTagBySlugArgs = {
  slug: Scalars['String']['input'];
};


export type QueryTagsArgs = {
  limit?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryTagsConnectionArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<TagFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  orderBy?: TagOrder;
};


export type QueryUserArgs = {
  id: Scalars['ID']['input'];
};


export type QueryUserByUsernameArgs = {
  username: Scalars['String']['input'];
};


export type QueryUsersArgs = {
  limit?: InputMaybe<Scalars['Int']['input']>;
};


export type QueryUsersConnectionArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<UserFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  orderBy?: UserOrder;
};

/** What a mailed link lets somebody set a password with. */
export type ResetPasswordInput = {
  /** The password that the user shall have: the same rules hold as for a new account. */
  readonly newPassword: Scalars['String']['input'];
  /** The token of the link, good for one hour and once; any other is a `BAD_USER_INPUT`. */
  readonly token: Scalars['String']['input'];
};

/** What a user may do. Each role may do all that the ones before it may. */
export type Role =
  /** Also manages users. */
  | 'ADMIN'
  /** Also writes, publishes and removes posts of their own. */
  | 'AUTHOR'
  /** Also edits, publishes and archives the posts of others, and moderates comments. */
  | 'EDITOR'
  /** Comments, likes and follows. */
  | 'READER';

/** One page of what was found, the best first, by the Relay Cursor Connections specification. */
export type SearchConnection = {
  readonly __typename?: 'SearchConnection';
  /** What was found on this page, in order, each with its cursor, rank and excerpt. */
  readonly edges: ReadonlyArray<FieldWrapper<SearchEdge>>;
  /** What was found on this page, in order: the same as the nodes of `edges`. */
  readonly nodes: ReadonlyArray<FieldWrapper<SearchResult>>;
  /** Where this page stands in the whole list. */
  readonly pageInfo: FieldWrapper<PageInfo>;
  /** How much was found in all, counted up to 10,000 of each kind; it costs a statement for each kind. */
  readonly totalCount: FieldWrapper<Scalars['Int']['output']>;
  /** Whether `totalCount` is the exact number or the place where counting stopped. */
  readonly totalCountPrecision: FieldWrapper<CountPrecision>;
};

/** One thing that was found. */
export type SearchEdge = {
  readonly __typename?: 'SearchEdge';
  /** An opaque text that marks this place in the list, for `after` and `before`. */
  readonly cursor: FieldWrapper<Scalars['String']['output']>;
  /** The passage that fits best, as HTML: escaped text with the words found in `<mark>`; null where there is no text to quote. */
  readonly excerpt?: Maybe<FieldWrapper<Scalars['String']['output']>>;
  /** What was found. */
  readonly node: FieldWrapper<SearchResult>;
  /** How well it fits, greater than 0; the list is ordered by it. */
  readonly rank: FieldWrapper<Scalars['Float']['output']>;
};

/** The kinds of things that can be found. */
export type SearchKind =
  /** Published posts, by title and the first 100 kB of the text. */
  | 'POST'
  /** Tags, by name. */
  | 'TAG'
  /** Users, by name, username and bio. */
  | 'USER';

/** Something that can be found. */
export type SearchResult = Post | Tag | User;

/** Somebody signed in on a device, until they sign out. Only the user sees it. */
export type Session = Node & {
  readonly __typename?: 'Session';
  /** When the user signed in. */
  readonly createdAt: FieldWrapper<Scalars['DateTime']['output']>;
  /** What signed in, as its `User-Agent` header said; null when it said nothing. */
  readonly device?: Maybe<FieldWrapper<Scalars['String']['output']>>;
  /** When the session ends unless it is refreshed before. */
  readonly expiresAt: FieldWrapper<Scalars['DateTime']['output']>;
  /** The identifier of the session: `session_` and 26 characters. */
  readonly id: FieldWrapper<Scalars['ID']['output']>;
  /** Whether this is the session that asks. */
  readonly isCurrent: FieldWrapper<Scalars['Boolean']['output']>;
  /** When the session last got an access token, by signing in or by a refresh. */
  readonly lastUsedAt: FieldWrapper<Scalars['DateTime']['output']>;
};

/** One page of a list of sessions, by the Relay Cursor Connections specification. */
export type SessionConnection = {
  readonly __typename?: 'SessionConnection';
  /** The sessions of this page, in order, each with its cursor. */
  readonly edges: ReadonlyArray<FieldWrapper<SessionEdge>>;
  /** The sessions of this page, in order: the same as the nodes of `edges`. */
  readonly nodes: ReadonlyArray<FieldWrapper<Session>>;
  /** Where this page stands in the whole list. */
  readonly pageInfo: FieldWrapper<PageInfo>;
  /** The number of sessions in the whole list that the viewer may see, counted up to 10,000; it costs a statement of its own. */
  readonly totalCount: FieldWrapper<Scalars['Int']['output']>;
  /** Whether `totalCount` is the exact number or the place where counting stopped. */
  readonly totalCountPrecision: FieldWrapper<CountPrecision>;
};

/** One place in a list of sessions. */
export type SessionEdge = {
  readonly __typename?: 'SessionEdge';
  /** An opaque text that marks this place in the list, for `after` and `before`. */
  readonly cursor: FieldWrapper<Scalars['String']['output']>;
  /** The session at this place. */
  readonly node: FieldWrapper<Session>;
};

/** What proves who signs in. */
export type SignInInput = {
  /** The e-mail address of the account. */
  readonly email: Scalars['String']['input'];
  /** The password of the account. */
  readonly password: Scalars['String']['input'];
};

/** What a sign-in, and every refresh of the session after it, answers. */
export type SignInPayload = {
  readonly __typename?: 'SignInPayload';
  /** The access token, to be sent with each request as `Authorization: Bearer …`. */
  readonly accessToken: FieldWrapper<Scalars['String']['output']>;
  /** When the access token expires. */
  readonly accessTokenExpiresAt: FieldWrapper<Scalars['DateTime']['output']>;
  /** What the next access token is asked for with, once, by `refreshSession`: an opaque text, to be kept as safe as a password. */
  readonly refreshToken: FieldWrapper<Scalars['String']['output']>;
  /** When the session ends unless it is refreshed before. */
  readonly refreshTokenExpiresAt: FieldWrapper<Scalars['DateTime']['output']>;
  /** The user who signed in. */
  readonly user: FieldWrapper<User>;
};

/** A subject that posts share. It shows to everybody once a published post carries it; until then only to those who may see a post that does. A tag that no post has carried for a day is deleted. */
export type Tag = Node & {
  readonly __typename?: 'Tag';
  /** When the tag was first used. */
  readonly createdAt: FieldWrapper<Scalars['DateTime']['output']>;
  /** The identifier of the tag: `tag_` and 26 characters. */
  readonly id: FieldWrapper<Scalars['ID']['output']>;
  /** The name as it was first written. */
  readonly name: FieldWrapper<Scalars['String']['output']>;
  /** The number of published posts that carry the tag. */
  readonly postCount: FieldWrapper<Scalars['Int']['output']>;
  /** The newest published posts that carry the tag. */
  readonly posts: ReadonlyArray<FieldWrapper<Post>>;
  /** The posts that carry the tag, page by page. */
  readonly postsConnection: FieldWrapper<PostConnection>;
  /** The name in the tag's address, unique over all tags. */
  readonly slug: FieldWrapper<Scalars['String']['output']>;
};


/** A subject that posts share. It shows to everybody once a published post carries it; until then only to those who may see a post that does. A tag that no post has carried for a day is deleted. */
export type TagPostsArgs = {
  limit?: InputMaybe<Scalars['Int']['input']>;
};


/** A subject that posts share. It shows to everybody once a published post carries it; until then only to those who may see a post that does. A tag that no post has carried for a day is deleted. */
export type TagPostsConnectionArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<PostFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  orderBy?: PostOrder;
};

/** One page of a list of tags, by the Relay Cursor Connections specification. */
export type TagConnection = {
  readonly __typename?: 'TagConnection';
  /** The tags of this page, in order, each with its cursor. */
  readonly edges: ReadonlyArray<FieldWrapper<TagEdge>>;
  /** The tags of this page, in order: the same as the nodes of `edges`. */
  readonly nodes: ReadonlyArray<FieldWrapper<Tag>>;
  /** Where this page stands in the whole list. */
  readonly pageInfo: FieldWrapper<PageInfo>;
  /** The number of tags in the whole list that the viewer may see, counted up to 10,000; it costs a statement of its own. */
  readonly totalCount: FieldWrapper<Scalars['Int']['output']>;
  /** Whether `totalCount` is the exact number or the place where counting stopped. */
  readonly totalCountPrecision: FieldWrapper<CountPrecision>;
};

/** One place in a list of tags. */
export type TagEdge = {
  readonly __typename?: 'TagEdge';
  /** An opaque text that marks this place in the list, for `after` and `before`. */
  readonly cursor: FieldWrapper<Scalars['String']['output']>;
  /** The tag at this place. */
  readonly node: FieldWrapper<Tag>;
};

/** Which tags a list holds. Conditions that are null or absent do not count; the others must all hold. */
export type TagFilter = {
  /** Only tags whose name has all these words, or words that begin with them. */
  readonly text?: InputMaybe<Scalars['String']['input']>;
};

/** The order of a list of tags. */
export type TagOrder =
  /** Oldest tag first. */
  | 'CREATED_AT_ASC'
  /** Newest tag first. */
  | 'CREATED_AT_DESC'
  /** By slug, from A to Z. */
  | 'SLUG_ASC'
  /** By slug, from Z to A. */
  | 'SLUG_DESC';

/** What to change in a comment. */
export type UpdateCommentInput = {
  /** The new text in Markdown, 1 to 10,000 characters. */
  readonly body: Scalars['String']['input'];
};

/** What to change in a post. A field that is absent stays as it is. */
export type UpdatePostInput = {
  /** The new text in Markdown, 1 byte to 1 MB as UTF-8; it can't be null. */
  readonly body?: InputMaybe<Scalars['String']['input']>;
  /** The identifiers of all users to be named beside the author, at most 20; null or an empty list removes them. */
  readonly contributors?: InputMaybe<ReadonlyArray<Scalars['ID']['input']>>;
  /** What lists shall show of the post, in plain text; of more than 280 characters the beginning is kept. Null makes it from the text, now and with every new text. */
  readonly excerpt?: InputMaybe<Scalars['String']['input']>;
  /** The names of all tags that the post shall have, at most 10; null or an empty list removes them. */
  readonly tags?: InputMaybe<ReadonlyArray<Scalars['String']['input']>>;
  /** The new title, 1 to 200 characters of which one must be visible; it can't be null. */
  readonly title?: InputMaybe<Scalars['String']['input']>;
};

/** What to change in a profile. A field that is absent stays as it is. */
export type UpdateUserInput = {
  /** The new address of a picture, http or https, at most 2,000 characters; null removes it. */
  readonly avatarUrl?: InputMaybe<Scalars['String']['input']>;
  /** The new bio, at most 1,000 characters; null removes it. */
  readonly bio?: InputMaybe<Scalars['String']['input']>;
  /** The new name, 1 to 100 characters of which one must be visible; it can't be null. */
  readonly name?: InputMaybe<Scalars['String']['input']>;
  /** The new username, 2 to 40 lower-case letters, digits and single hyphens; it can't be null. */
  readonly username?: InputMaybe<Scalars['String']['input']>;
};

/** A person with an account. Everybody may see a user; single fields say where less is shown. */
export type User = Node & {
  readonly __typename?: 'User';
  /** The address of a picture of the user; null when there is none. */
  readonly avatarUrl?: Maybe<FieldWrapper<Scalars['URL']['output']>>;
  /** What the user says about themselves, as plain text; null when they say nothing. */
  readonly bio?: Maybe<FieldWrapper<Scalars['String']['output']>>;
  /** The comments of the user under posts that the viewer may see, page by page, the newest first. */
  readonly comments: FieldWrapper<CommentConnection>;
  /** When the account was made. */
  readonly createdAt: FieldWrapper<Scalars['DateTime']['output']>;
  /** The user's e-mail address, shown to the user and to administrators; null for everybody else, and where no address is known. */
  readonly email?: Maybe<FieldWrapper<Scalars['String']['output']>>;
  /** When the user proved that the e-mail address is theirs, shown to the user and to administrators; null for everybody else, and while they have not. */
  readonly emailVerifiedAt?: Maybe<FieldWrapper<Scalars['DateTime']['output']>>;
  /** The number of users who follow the user. */
  readonly followerCount: FieldWrapper<Scalars['Int']['output']>;
  /** Who follows the user, page by page, the latest follower first. */
  readonly followers: FieldWrapper<UserConnection>;
  /** Whom the user follows, page by page, the latest followed first. */
  readonly following: FieldWrapper<UserConnection>;
  /** The number of users whom the user follows. */
  readonly followingCount: FieldWrapper<Scalars['Int']['output']>;
  /** The identifier of the user: `user_` and 26 characters. */
  readonly id: FieldWrapper<Scalars['ID']['output']>;
  /** The name as people write it. */
  readonly name: FieldWrapper<Scalars['String']['output']>;
  /** The newest published posts of the user. */
  readonly posts: ReadonlyArray<FieldWrapper<Post>>;
  /** The posts of the user, page by page. */
  readonly postsConnection: FieldWrapper<PostConnection>;
  /** What the user may do. */
  readonly role: FieldWrapper<Role>;
  /** The sessions in which the user is signed in, page by page, the newest first. Everybody sees their own alone: for other users the list is empty. */
  readonly sessions: FieldWrapper<SessionConnection>;
  /** When the user was suspended, shown to the user and to administrators; null for everybody else, and for a user who is not suspended. */
  readonly suspendedAt?: Maybe<FieldWrapper<Scalars['DateTime']['output']>>;
  /** When the profile was last changed. */
  readonly updatedAt: FieldWrapper<Scalars['DateTime']['output']>;
  /** The name in the user's address, unique over all users: lower-case letters, digits and hyphens. */
  readonly username: FieldWrapper<Scalars['String']['output']>;
  /** Whether the viewer may erase the user with `deleteUser`; the last administrator stays all the same. */
  readonly viewerCanDelete: FieldWrapper<Scalars['Boolean']['output']>;
  /** Whether the viewer may follow the user, or does; false for the viewer and when nobody is signed in. */
  readonly viewerCanFollow: FieldWrapper<Scalars['Boolean']['output']>;
  /** Whether the viewer may give the user another role, suspend and reinstate them; the last administrator stays one all the same. */
  readonly viewerCanManage: FieldWrapper<Scalars['Boolean']['output']>;
  /** Whether the viewer may change the profile with `updateUser`. */
  readonly viewerCanUpdate: FieldWrapper<Scalars['Boolean']['output']>;
  /** Whether the viewer follows the user; false when nobody is signed in. */
  readonly viewerIsFollowing: FieldWrapper<Scalars['Boolean']['output']>;
};


/** A person with an account. Everybody may see a user; single fields say where less is shown. */
export type UserCommentsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
};


/** A person with an account. Everybody may see a user; single fields say where less is shown. */
export type UserFollowersArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
};


/** A person with an account. Everybody may see a user; single fields say where less is shown. */
export type UserFollowingArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
};


/** A person with an account. Everybody may see a user; single fields say where less is shown. */
export type UserPostsArgs = {
  limit?: InputMaybe<Scalars['Int']['input']>;
};


/** A person with an account. Everybody may see a user; single fields say where less is shown. */
export type UserPostsConnectionArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  filter?: InputMaybe<PostFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  orderBy?: PostOrder;
};


/** A person with an account. Everybody may see a user; single fields say where less is shown. */
export type UserSessionsArgs = {
  after?: InputMaybe<Scalars['String']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
};

/** One page of a list of users, by the Relay Cursor Connections specification. */
export type UserConnection = {
  readonly __typename?: 'UserConnection';
  /** The users of this page, in order, each with its cursor. */
  readonly edges: ReadonlyArray<FieldWrapper<UserEdge>>;
  /** The users of this page, in order: the same as the nodes of `edges`. */
  readonly nodes: ReadonlyArray<FieldWrapper<User>>;
  /** Where this page stands in the whole list. */
  readonly pageInfo: FieldWrapper<PageInfo>;
  /** The number of users in the whole list that the viewer may see, counted up to 10,000; it costs a statement of its own. */
  readonly totalCount: FieldWrapper<Scalars['Int']['output']>;
  /** Whether `totalCount` is the exact number or the place where counting stopped. */
  readonly totalCountPrecision: FieldWrapper<CountPrecision>;
};

/** One place in a list of users. */
export type UserEdge = {
  readonly __typename?: 'UserEdge';
  /** An opaque text that marks this place in the list, for `after` and `before`. */
  readonly cursor: FieldWrapper<Scalars['String']['output']>;
  /** The user at this place. */
  readonly node: FieldWrapper<User>;
};

/** Which users a list holds. Conditions that are null or absent do not count; the others must all hold. */
export type UserFilter = {
  /** Only users with this role. */
  readonly role?: InputMaybe<Role>;
  /** Only users whose name, username or bio have all these words, or words that begin with them. */
  readonly text?: InputMaybe<Scalars['String']['input']>;
};

/** The order of a list of users. */
export type UserOrder =
  /** Oldest account first. */
  | 'CREATED_AT_ASC'
  /** Newest account first. */
  | 'CREATED_AT_DESC'
  /** By username, from A to Z. */
  | 'USERNAME_ASC'
  /** By username, from Z to A. */
  | 'USERNAME_DESC';



export type ResolverTypeWrapper<T> = Promise<T> | T;


export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<any, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, any, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: any[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;



/** Mapping of union types */
export type ResolversUnionTypes<_RefType extends Record<string, unknown>> = {
  SearchResult:
    | ( PostEntity )
    | ( TagEntity )
    | ( UserEntity )
  ;
};

/** Mapping of interface types */
export type ResolversInterfaceTypes<_RefType extends Record<string, unknown>> = {
  Node:
    | ( CommentEntity )
    | ( PostEntity )
    | ( SessionEntity )
    | ( TagEntity )
    | ( UserEntity )
  ;
};

/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  AccessLevel: AccessLevel;
  AddCommentInput: AddCommentInput;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  ChangeEmailInput: ChangeEmailInput;
  ChangePasswordInput: ChangePasswordInput;
  Comment: ResolverTypeWrapper<CommentEntity>;
  CommentConnection: ResolverTypeWrapper<Omit<CommentConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversTypes['CommentEdge']>, nodes: ReadonlyArray<ResolversTypes['Comment']> }>;
  CommentEdge: ResolverTypeWrapper<Omit<CommentEdge, 'node'> & { node: ResolversTypes['Comment'] }>;
  CommentFilter: CommentFilter;
  CommentOrder: CommentOrder;
  CountPrecision: CountPrecision;
  CreatePostInput: CreatePostInput;
  CreateUserInput: CreateUserInput;
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  Float: ResolverTypeWrapper<Scalars['Float']['output']>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  Node: ResolverTypeWrapper<ResolversInterfaceTypes<ResolversTypes>['Node']>;
  PageInfo: ResolverTypeWrapper<PageInfo>;
  Post: ResolverTypeWrapper<PostEntity>;
  PostConnection: ResolverTypeWrapper<Omit<PostConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversTypes['PostEdge']>, nodes: ReadonlyArray<ResolversTypes['Post']> }>;
  PostEdge: ResolverTypeWrapper<Omit<PostEdge, 'node'> & { node: ResolversTypes['Post'] }>;
  PostFilter: PostFilter;
  PostOrder: PostOrder;
  PostStatus: PostStatus;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  ResetPasswordInput: ResetPasswordInput;
  Role: Role;
  SearchConnection: ResolverTypeWrapper<Omit<SearchConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversTypes['SearchEdge']>, nodes: ReadonlyArray<ResolversTypes['SearchResult']> }>;
  SearchEdge: ResolverTypeWrapper<Omit<SearchEdge, 'node'> & { node: ResolversTypes['SearchResult'] }>;
  SearchKind: SearchKind;
  SearchResult: ResolverTypeWrapper<ResolversUnionTypes<ResolversTypes>['SearchResult']>;
  Session: ResolverTypeWrapper<SessionEntity>;
  SessionConnection: ResolverTypeWrapper<Omit<SessionConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversTypes['SessionEdge']>, nodes: ReadonlyArray<ResolversTypes['Session']> }>;
  SessionEdge: ResolverTypeWrapper<Omit<SessionEdge, 'node'> & { node: ResolversTypes['Session'] }>;
  SignInInput: SignInInput;
  SignInPayload: ResolverTypeWrapper<Omit<SignInPayload, 'user'> & { user: ResolversTypes['User'] }>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  Tag: ResolverTypeWrapper<TagEntity>;
  TagConnection: ResolverTypeWrapper<Omit<TagConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversTypes['TagEdge']>, nodes: ReadonlyArray<ResolversTypes['Tag']> }>;
  TagEdge: ResolverTypeWrapper<Omit<TagEdge, 'node'> & { node: ResolversTypes['Tag'] }>;
  TagFilter: TagFilter;
  TagOrder: TagOrder;
  URL: ResolverTypeWrapper<Scalars['URL']['output']>;
  UpdateCommentInput: UpdateCommentInput;
  UpdatePostInput: UpdatePostInput;
  UpdateUserInput: UpdateUserInput;
  User: ResolverTypeWrapper<UserEntity>;
  UserConnection: ResolverTypeWrapper<Omit<UserConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversTypes['UserEdge']>, nodes: ReadonlyArray<ResolversTypes['User']> }>;
  UserEdge: ResolverTypeWrapper<Omit<UserEdge, 'node'> & { node: ResolversTypes['User'] }>;
  UserFilter: UserFilter;
  UserOrder: UserOrder;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  AddCommentInput: AddCommentInput;
  Boolean: Scalars['Boolean']['output'];
  ChangeEmailInput: ChangeEmailInput;
  ChangePasswordInput: ChangePasswordInput;
  Comment: CommentEntity;
  CommentConnection: Omit<CommentConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversParentTypes['CommentEdge']>, nodes: ReadonlyArray<ResolversParentTypes['Comment']> };
  CommentEdge: Omit<CommentEdge, 'node'> & { node: ResolversParentTypes['Comment'] };
  CommentFilter: CommentFilter;
  CreatePostInput: CreatePostInput;
  CreateUserInput: CreateUserInput;
  DateTime: Scalars['DateTime']['output'];
  Float: Scalars['Float']['output'];
  ID: Scalars['ID']['output'];
  Int: Scalars['Int']['output'];
  Mutation: Record<PropertyKey, never>;
  Node: ResolversInterfaceTypes<ResolversParentTypes>['Node'];
  PageInfo: PageInfo;
  Post: PostEntity;
  PostConnection: Omit<PostConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversParentTypes['PostEdge']>, nodes: ReadonlyArray<ResolversParentTypes['Post']> };
  PostEdge: Omit<PostEdge, 'node'> & { node: ResolversParentTypes['Post'] };
  PostFilter: PostFilter;
  Query: Record<PropertyKey, never>;
  ResetPasswordInput: ResetPasswordInput;
  SearchConnection: Omit<SearchConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversParentTypes['SearchEdge']>, nodes: ReadonlyArray<ResolversParentTypes['SearchResult']> };
  SearchEdge: Omit<SearchEdge, 'node'> & { node: ResolversParentTypes['SearchResult'] };
  SearchResult: ResolversUnionTypes<ResolversParentTypes>['SearchResult'];
  Session: SessionEntity;
  SessionConnection: Omit<SessionConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversParentTypes['SessionEdge']>, nodes: ReadonlyArray<ResolversParentTypes['Session']> };
  SessionEdge: Omit<SessionEdge, 'node'> & { node: ResolversParentTypes['Session'] };
  SignInInput: SignInInput;
  SignInPayload: Omit<SignInPayload, 'user'> & { user: ResolversParentTypes['User'] };
  String: Scalars['String']['output'];
  Tag: TagEntity;
  TagConnection: Omit<TagConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversParentTypes['TagEdge']>, nodes: ReadonlyArray<ResolversParentTypes['Tag']> };
  TagEdge: Omit<TagEdge, 'node'> & { node: ResolversParentTypes['Tag'] };
  TagFilter: TagFilter;
  URL: Scalars['URL']['output'];
  UpdateCommentInput: UpdateCommentInput;
  UpdatePostInput: UpdatePostInput;
  UpdateUserInput: UpdateUserInput;
  User: UserEntity;
  UserConnection: Omit<UserConnection, 'edges' | 'nodes'> & { edges: ReadonlyArray<ResolversParentTypes['UserEdge']>, nodes: ReadonlyArray<ResolversParentTypes['User']> };
  UserEdge: Omit<UserEdge, 'node'> & { node: ResolversParentTypes['User'] };
  UserFilter: UserFilter;
};

export type AccessDirectiveArgs = {
  level: AccessLevel;
};

export type AccessDirectiveResolver<Result, Parent, ContextType = Context, Args = AccessDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type CostDirectiveArgs = {
  weight: Scalars['String']['input'];
};

export type CostDirectiveResolver<Result, Parent, ContextType = Context, Args = CostDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type CostByLengthDirectiveArgs = {
  weight: Scalars['String']['input'];
};

export type CostByLengthDirectiveResolver<Result, Parent, ContextType = Context, Args = CostByLengthDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type ListSizeDirectiveArgs = {
  assumedSize?: Maybe<Scalars['Int']['input']>;
  requireOneSlicingArgument?: Maybe<Scalars['Boolean']['input']>;
  sizedFields?: Maybe<ReadonlyArray<Scalars['String']['input']>>;
  slicingArguments?: Maybe<ReadonlyArray<Scalars['String']['input']>>;
};

export type ListSizeDirectiveResolver<Result, Parent, ContextType = Context, Args = ListSizeDirectiveArgs> = DirectiveResolverFn<Result, Parent, ContextType, Args>;

export type CommentResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Comment'] = ResolversParentTypes['Comment']> = {
  author?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
  body?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  html?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  parent?: Resolver<Maybe<ResolversTypes['Comment']>, ParentType, ContextType>;
  post?: Resolver<Maybe<ResolversTypes['Post']>, ParentType, ContextType>;
  replies?: Resolver<ResolversTypes['CommentConnection'], ParentType, ContextType, Partial<CommentRepliesArgs>>;
  updatedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  viewerCanDelete?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  viewerCanUpdate?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type CommentConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CommentConnection'] = ResolversParentTypes['CommentConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['CommentEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Comment']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  totalCountPrecision?: Resolver<ResolversTypes['CountPrecision'], ParentType, ContextType>;
};

export type CommentEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['CommentEdge'] = ResolversParentTypes['CommentEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Comment'], ParentType, ContextType>;
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], any> {
  name: 'DateTime';
}

export type MutationResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  addComment?: Resolver<Maybe<ResolversTypes['Comment']>, ParentType, ContextType, RequireFields<MutationAddCommentArgs, 'input'>>;
  archivePost?: Resolver<Maybe<ResolversTypes['Post']>, ParentType, ContextType, RequireFields<MutationArchivePostArgs, 'id'>>;
  changeEmail?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType, RequireFields<MutationChangeEmailArgs, 'input'>>;
  changePassword?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType, RequireFields<MutationChangePasswordArgs, 'input'>>;
  confirmEmailChange?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType, RequireFields<MutationConfirmEmailChangeArgs, 'token'>>;
  createPost?: Resolver<Maybe<ResolversTypes['Post']>, ParentType, ContextType, RequireFields<MutationCreatePostArgs, 'input'>>;
  createUser?: Resolver<ResolversTypes['User'], ParentType, ContextType, RequireFields<MutationCreateUserArgs, 'input'>>;
  deleteComment?: Resolver<Maybe<ResolversTypes['Comment']>, ParentType, ContextType, RequireFields<MutationDeleteCommentArgs, 'id'>>;
  deletePost?: Resolver<Maybe<ResolversTypes['Post']>, ParentType, ContextType, RequireFields<MutationDeletePostArgs, 'id'>>;
  deleteUser?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType, RequireFields<MutationDeleteUserArgs, 'id'>>;
  followUser?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType, RequireFields<MutationFollowUserArgs, 'id'>>;
  likePost?: Resolver<Maybe<ResolversTypes['Post']>, ParentType, ContextType, RequireFields<MutationLikePostArgs, 'id'>>;
  publishPost?: Resolver<Maybe<ResolversTypes['Post']>, ParentType, ContextType, RequireFields<MutationPublishPostArgs, 'id'>>;
  refreshSession?: Resolver<Maybe<ResolversTypes['SignInPayload']>, ParentType, ContextType, RequireFields<MutationRefreshSessionArgs, 'refreshToken'>>;
  reinstateUser?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType, RequireFields<MutationReinstateUserArgs, 'id'>>;
  requestEmailVerification?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
  requestPasswordReset?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType, RequireFields<MutationRequestPasswordResetArgs, 'email'>>;
  resetPassword?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType, RequireFields<MutationResetPasswordArgs, 'input'>>;
  revokeSession?: Resolver<Maybe<ResolversTypes['Session']>, ParentType, ContextType, RequireFields<MutationRevokeSessionArgs, 'id'>>;
  setUserRole?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType, RequireFields<MutationSetUserRoleArgs, 'id' | 'role'>>;
  signIn?: Resolver<Maybe<ResolversTypes['SignInPayload']>, ParentType, ContextType, RequireFields<MutationSignInArgs, 'input'>>;
  signOut?: Resolver<Maybe<ResolversTypes['Session']>, ParentType, ContextType>;
  signOutEverywhere?: Resolver<Maybe<ReadonlyArray<ResolversTypes['Session']>>, ParentType, ContextType>;
  suspendUser?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType, RequireFields<MutationSuspendUserArgs, 'id'>>;
  unfollowUser?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType, RequireFields<MutationUnfollowUserArgs, 'id'>>;
  unlikePost?: Resolver<Maybe<ResolversTypes['Post']>, ParentType, ContextType, RequireFields<MutationUnlikePostArgs, 'id'>>;
  unpublishPost?: Resolver<Maybe<ResolversTypes['Post']>, ParentType, ContextType, RequireFields<MutationUnpublishPostArgs, 'id'>>;
  updateComment?: Resolver<Maybe<ResolversTypes['Comment']>, ParentType, ContextType, RequireFields<MutationUpdateCommentArgs, 'id' | 'input'>>;
  updatePost?: Resolver<Maybe<ResolversTypes['Post']>, ParentType, ContextType, RequireFields<MutationUpdatePostArgs, 'id' | 'input'>>;
  updateUser?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType, RequireFields<MutationUpdateUserArgs, 'id' | 'input'>>;
  verifyEmail?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType, RequireFields<MutationVerifyEmailArgs, 'token'>>;
};

export type NodeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Node'] = ResolversParentTypes['Node']> = {
  __resolveType: TypeResolveFn<'Comment' | 'Post' | 'Session' | 'Tag' | 'User', ParentType, ContextType>;
};

export type PageInfoResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  hasPreviousPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  startCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type PostResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Post'] = ResolversParentTypes['Post']> = {
  author?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
  body?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  commentCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  comments?: Resolver<ReadonlyArray<ResolversTypes['Comment']>, ParentType, ContextType, RequireFields<PostCommentsArgs, 'limit'>>;
  commentsConnection?: Resolver<ResolversTypes['CommentConnection'], ParentType, ContextType, RequireFields<PostCommentsConnectionArgs, 'orderBy'>>;
  contributors?: Resolver<ReadonlyArray<ResolversTypes['User']>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  excerpt?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  html?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  likeCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  publishedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  readingTimeMinutes?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  slug?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['PostStatus'], ParentType, ContextType>;
  tags?: Resolver<ReadonlyArray<ResolversTypes['Tag']>, ParentType, ContextType>;
  title?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  updatedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  viewerCanArchive?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  viewerCanComment?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  viewerCanDelete?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  viewerCanLike?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  viewerCanPublish?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  viewerCanUnpublish?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  viewerCanUpdate?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  viewerHasLiked?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type PostConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PostConnection'] = ResolversParentTypes['PostConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['PostEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Post']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  totalCountPrecision?: Resolver<ResolversTypes['CountPrecision'], ParentType, ContextType>;
};

export type PostEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['PostEdge'] = ResolversParentTypes['PostEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Post'], ParentType, ContextType>;
};

export type QueryResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  feed?: Resolver<Maybe<ResolversTypes['PostConnection']>, ParentType, ContextType, Partial<QueryFeedArgs>>;
  node?: Resolver<Maybe<ResolversTypes['Node']>, ParentType, ContextType, RequireFields<QueryNodeArgs, 'id'>>;
  nodes?: Resolver<ReadonlyArray<Maybe<ResolversTypes['Node']>>, ParentType, ContextType, RequireFields<QueryNodesArgs, 'ids'>>;
  post?: Resolver<Maybe<ResolversTypes['Post']>, ParentType, ContextType, RequireFields<QueryPostArgs, 'id'>>;
  postBySlug?: Resolver<Maybe<ResolversTypes['Post']>, ParentType, ContextType, RequireFields<QueryPostBySlugArgs, 'slug'>>;
  posts?: Resolver<ReadonlyArray<ResolversTypes['Post']>, ParentType, ContextType, RequireFields<QueryPostsArgs, 'limit'>>;
  postsConnection?: Resolver<ResolversTypes['PostConnection'], ParentType, ContextType, RequireFields<QueryPostsConnectionArgs, 'orderBy'>>;
  search?: Resolver<ResolversTypes['SearchConnection'], ParentType, ContextType, RequireFields<QuerySearchArgs, 'query'>>;
  tagBySlug?: Resolver<Maybe<ResolversTypes['Tag']>, ParentType, ContextType, RequireFields<QueryTagBySlugArgs, 'slug'>>;
  tags?: Resolver<ReadonlyArray<ResolversTypes['Tag']>, ParentType, ContextType, RequireFields<QueryTagsArgs, 'limit'>>;
  tagsConnection?: Resolver<ResolversTypes['TagConnection'], ParentType, ContextType, RequireFields<QueryTagsConnectionArgs, 'orderBy'>>;
  user?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType, RequireFields<QueryUserArgs, 'id'>>;
  userByUsername?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType, RequireFields<QueryUserByUsernameArgs, 'username'>>;
  users?: Resolver<ReadonlyArray<ResolversTypes['User']>, ParentType, ContextType, RequireFields<QueryUsersArgs, 'limit'>>;
  usersConnection?: Resolver<ResolversTypes['UserConnection'], ParentType, ContextType, RequireFields<QueryUsersConnectionArgs, 'orderBy'>>;
  viewer?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
};

export type SearchConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SearchConnection'] = ResolversParentTypes['SearchConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['SearchEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['SearchResult']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  totalCountPrecision?: Resolver<ResolversTypes['CountPrecision'], ParentType, ContextType>;
};

export type SearchEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SearchEdge'] = ResolversParentTypes['SearchEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  excerpt?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  node?: Resolver<ResolversTypes['SearchResult'], ParentType, ContextType>;
  rank?: Resolver<ResolversTypes['Float'], ParentType, ContextType>;
};

export type SearchResultResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SearchResult'] = ResolversParentTypes['SearchResult']> = {
  __resolveType: TypeResolveFn<'Post' | 'Tag' | 'User', ParentType, ContextType>;
};

export type SessionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Session'] = ResolversParentTypes['Session']> = {
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  device?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  expiresAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  isCurrent?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  lastUsedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type SessionConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SessionConnection'] = ResolversParentTypes['SessionConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['SessionEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Session']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  totalCountPrecision?: Resolver<ResolversTypes['CountPrecision'], ParentType, ContextType>;
};

export type SessionEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SessionEdge'] = ResolversParentTypes['SessionEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Session'], ParentType, ContextType>;
};

export type SignInPayloadResolvers<ContextType = Context, ParentType extends ResolversParentTypes['SignInPayload'] = ResolversParentTypes['SignInPayload']> = {
  accessToken?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  accessTokenExpiresAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  refreshToken?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  refreshTokenExpiresAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  user?: Resolver<ResolversTypes['User'], ParentType, ContextType>;
};

export type TagResolvers<ContextType = Context, ParentType extends ResolversParentTypes['Tag'] = ResolversParentTypes['Tag']> = {
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  postCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  posts?: Resolver<ReadonlyArray<ResolversTypes['Post']>, ParentType, ContextType, RequireFields<TagPostsArgs, 'limit'>>;
  postsConnection?: Resolver<ResolversTypes['PostConnection'], ParentType, ContextType, RequireFields<TagPostsConnectionArgs, 'orderBy'>>;
  slug?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type TagConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TagConnection'] = ResolversParentTypes['TagConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['TagEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Tag']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  totalCountPrecision?: Resolver<ResolversTypes['CountPrecision'], ParentType, ContextType>;
};

export type TagEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['TagEdge'] = ResolversParentTypes['TagEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Tag'], ParentType, ContextType>;
};

export interface UrlScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['URL'], any> {
  name: 'URL';
}

export type UserResolvers<ContextType = Context, ParentType extends ResolversParentTypes['User'] = ResolversParentTypes['User']> = {
  avatarUrl?: Resolver<Maybe<ResolversTypes['URL']>, ParentType, ContextType>;
  bio?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  comments?: Resolver<ResolversTypes['CommentConnection'], ParentType, ContextType, Partial<UserCommentsArgs>>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  email?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  emailVerifiedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  followerCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  followers?: Resolver<ResolversTypes['UserConnection'], ParentType, ContextType, Partial<UserFollowersArgs>>;
  following?: Resolver<ResolversTypes['UserConnection'], ParentType, ContextType, Partial<UserFollowingArgs>>;
  followingCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  posts?: Resolver<ReadonlyArray<ResolversTypes['Post']>, ParentType, ContextType, RequireFields<UserPostsArgs, 'limit'>>;
  postsConnection?: Resolver<ResolversTypes['PostConnection'], ParentType, ContextType, RequireFields<UserPostsConnectionArgs, 'orderBy'>>;
  role?: Resolver<ResolversTypes['Role'], ParentType, ContextType>;
  sessions?: Resolver<ResolversTypes['SessionConnection'], ParentType, ContextType, Partial<UserSessionsArgs>>;
  suspendedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  updatedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  username?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  viewerCanDelete?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  viewerCanFollow?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  viewerCanManage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  viewerCanUpdate?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  viewerIsFollowing?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  __isTypeOf?: IsTypeOfResolverFn<ParentType, ContextType>;
};

export type UserConnectionResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UserConnection'] = ResolversParentTypes['UserConnection']> = {
  edges?: Resolver<ReadonlyArray<ResolversTypes['UserEdge']>, ParentType, ContextType>;
  nodes?: Resolver<ReadonlyArray<ResolversTypes['User']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  totalCountPrecision?: Resolver<ResolversTypes['CountPrecision'], ParentType, ContextType>;
};

export type UserEdgeResolvers<ContextType = Context, ParentType extends ResolversParentTypes['UserEdge'] = ResolversParentTypes['UserEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['User'], ParentType, ContextType>;
};

export type Resolvers<ContextType = Context> = {
  Comment?: CommentResolvers<ContextType>;
  CommentConnection?: CommentConnectionResolvers<ContextType>;
  CommentEdge?: CommentEdgeResolvers<ContextType>;
  DateTime?: GraphQLScalarType;
  Mutation?: MutationResolvers<ContextType>;
  Node?: NodeResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  Post?: PostResolvers<ContextType>;
  PostConnection?: PostConnectionResolvers<ContextType>;
  PostEdge?: PostEdgeResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  SearchConnection?: SearchConnectionResolvers<ContextType>;
  SearchEdge?: SearchEdgeResolvers<ContextType>;
  SearchResult?: SearchResultResolvers<ContextType>;
  Session?: SessionResolvers<ContextType>;
  SessionConnection?: SessionConnectionResolvers<ContextType>;
  SessionEdge?: SessionEdgeResolvers<ContextType>;
  SignInPayload?: SignInPayloadResolvers<ContextType>;
  Tag?: TagResolvers<ContextType>;
  TagConnection?: TagConnectionResolvers<ContextType>;
  TagEdge?: TagEdgeResolvers<ContextType>;
  URL?: GraphQLScalarType;
  User?: UserResolvers<ContextType>;
  UserConnection?: UserConnectionResolvers<ContextType>;
  UserEdge?: UserEdgeResolvers<ContextType>;
};

export type DirectiveResolvers<ContextType = Context> = {
  access?: AccessDirectiveResolver<any, any, ContextType>;
  cost?: CostDirectiveResolver<any, any, ContextType>;
  costByLength?: CostByLengthDirectiveResolver<any, any, ContextType>;
  listSize?: ListSizeDirectiveResolver<any, any, ContextType>;
};
