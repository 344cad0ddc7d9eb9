export * from './accounts.ts';
export * from './comments.ts';
export * from './follows.ts';
export * from './imports.ts';
export * from './likes.ts';
export * from './posts.ts';
export * from './tags.ts';
export * from './users.ts';
