import type { Queryable, Statement } from '../../src/db/index.ts';
import { postProjections } from '../../src/modules/posts/index.ts';
import { parseSearch } from '../../src/modules/search/input.ts';
import type { Found } from '../../src/modules/search/repository.ts';
import { findPage } from '../../src/modules/search/service.ts';
import { tagProjections } from '../../src/modules/tags/index.ts';
import { userProjections } from '../../src/modules/users/index.ts';
import { toGlobalId } from '../../src/shared/ids.ts';
import type { Answer } from './answers.ts';
import type { Send } from './connections.ts';

const columns = {
  POST: postProjections.only('title'),
  USER: userProjections.only('name'),
  TAG: tagProjections.only('slug', 'name'),
};

/**
 * What is found, in which order, is a matter of long statements, which nobody would write by hand in another way: these
 * are the project's. So the limit of a search is the search without GraphQL.
 */
export const search: Answer = async (send, { variables }) => {
  const asked = parseSearch({ query: String(variables['query']), first: 10 });
  const found = await findPage(queryableOf(send), asked, { columns, excerpts: false });
  return JSON.stringify({ data: { search: { nodes: found.slice(0, 10).map(nodeOf) } } });
};

function nodeOf(found: Found): object {
  switch (found.__typename) {
    case 'Post':
      return { id: toGlobalId('post', found.id), title: found.title };
    case 'User':
      return { id: toGlobalId('user', found.id), name: found.name };
    default:
      return { slug: found.slug, name: found.name };
  }
}

function queryableOf(send: Send): Queryable {
  return {
    async run<Values, Row>({ name, text, values, row }: Statement<Values, Row>, given: Values) {
      // Numbers come as text, like all fields here. Those of the search are only compared.
      return (await send({ name, text }, values(given))).map(row);
    },
  };
}
