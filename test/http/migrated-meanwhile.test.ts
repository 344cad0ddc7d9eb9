import { describe, expect, it } from 'vitest';
import { onServer } from '../helpers/database.ts';
import { type Answer, useServer } from '../helpers/server.ts';

// The embedded database prepares nothing.
describe.runIf(onServer)('a table that is changed while the server runs', () => {
  const server = useServer();

  it.each([
    ['alter table comments alter column body type varchar(30000)'],
    ['alter table comments alter column body type text, alter column html type varchar(90000)'],
    ['alter table comments alter column html type text'],
    ['alter table sessions alter column created_at type timestamptz(6)'],
  ])('by %s fails no operation', async (change) => {
    const author = await server.person();
    const { createPost } = await server.query(
      'mutation { createPost(input: { title: "Here", body: "Text", publish: true }) { id } }',
      { as: author },
    );
    const comment = async (body: string): Promise<string> => {
      const { addComment } = await server.query(
        `mutation ($postId: ID!, $body: String!) {
          addComment(input: { postId: $postId, body: $body }) { id body author { id } }
        }`,
        { as: author, variables: { postId: createPost.id, body } },
      );
      expect(addComment).toMatchObject({ body, author: { id: author.id } });
      return addComment.id;
    };
    const id = await comment('first');
    const operations = (body: string): Promise<Answer<unknown>>[] => [
      server.send(
        'query ($id: ID!) { post(id: $id) { comments { body html author { name } } commentCount } }',
        {
          variables: { id: createPost.id },
        },
      ),
      server.send('query ($id: ID!) { node(id: $id) { ... on Comment { body html } } }', {
        variables: { id },
      }),
      server.send(
        'query ($id: ID!) { post(id: $id) { commentsConnection(first: 2) { totalCount nodes { body } } } }',
        {
          variables: { id: createPost.id },
          as: author,
        },
      ),
      server.send(
        'mutation ($id: ID!, $body: String!) { updateComment(id: $id, input: { body: $body }) { body html } }',
        { as: author, variables: { id, body } },
      ),
    ];
    const all = async (body: string) => {
      const answers = await Promise.all(Array.from({ length: 6 }, () => operations(body)).flat());
      expect(answers.flatMap(({ errors }) => errors)).toEqual([]);
    };
    for (const body of ['second', 'third', 'fourth']) await all(body);
    await server.driver.execute(change);
    for (const body of ['fifth', 'sixth']) await all(body);
    await comment('last');
    const { post } = await server.query('query ($id: ID!) { post(id: $id) { comments { body } } }', {
      variables: { id: createPost.id },
    });
    expect(post.comments.map(({ body }: { body: string }) => body)).toEqual(['last', 'sixth']);
    expect(server.log.filter(({ msg }) => msg === 'unexpected error')).toEqual([]);
  });
});
