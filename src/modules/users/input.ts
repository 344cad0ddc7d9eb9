import { z } from 'zod';
import { textQuery } from '../../db/index.ts';
import type { UserFilter } from '../../generated/resolvers.ts';
import type { PageRequest } from '../../shared/pagination/index.ts';
import { lineOf, nameOf, parseInput, rule, textOf, webAddressOf } from '../../shared/validation.ts';
import type { Projection } from '../../shared/projection.ts';
import type { UserOrderName } from './order.ts';
import type { UserList } from './repository.ts';

export const userName = nameOf('The name', { min: 1, max: 100 });

export const username = lineOf('The username', { min: 2, max: 40 }).refine(
  (text) => /^[a-z0-9]+(-[a-z0-9]+)*$/.test(text),
  rule(
    'invalid_format',
    'The username must be lower-case letters and digits, with single hyphens between them.',
  ),
);

export const bio = textOf('The bio', { min: 0, max: 1_000 }).transform((text) => (text === '' ? null : text));

export const avatarUrl = webAddressOf('The address of the picture', { max: 2_000 });

/** What a change of a profile may hold. */
export const userChanges = z.object({
  name: userName.optional(),
  username: username.optional(),
  bio: bio.nullable().optional(),
  avatarUrl: avatarUrl.nullable().optional(),
});

export type UserChanges = z.infer<typeof userChanges>;

const searchWords = textOf('The text', { min: 0, max: 256 });

/** @throws {AppError} `BAD_USER_INPUT` when the filter is not valid. */
export function parseUserList(
  filter: UserFilter | null | undefined,
  order: UserOrderName,
  page: PageRequest,
  projection: Projection,
): UserList {
  const text = filter?.text == null ? null : parseInput(searchWords, filter.text, ['filter', 'text']);
  return {
    role: filter?.role ?? null,
    text: text === null ? null : textQuery(text),
    order,
    page,
    projection,
  };
}
