import { expect, it } from 'vitest';
import { useServer } from '../helpers/server.ts';

const server = useServer();

const post = 'query ($id: ID!) { node(id: $id) { id ... on Post { title viewerHasLiked } } }';

it('answers each of many who ask the same at the same moment what they may see', async () => {
  const [author, editor, stranger] = [
    await server.person(),
    await server.person('EDITOR'),
    await server.person(),
  ];
  const { createPost } = await server.query(
    'mutation { createPost(input: { title: "Not yet", body: "B" }) { id } }',
    { as: author },
  );
  const { id } = createPost;
  const seen = { id, title: 'Not yet', viewerHasLiked: false };
  const viewers = [
    [author, seen],
    [stranger, null],
    [editor, seen],
    [undefined, null],
  ] as const;
  // Again, since the first time each connection and each statement is new.
  for (let time = 0; time < 3; time += 1) {
    const asked = Array.from({ length: 10 }, () => viewers).flat();
    const answers = await Promise.all(
      asked.map(([as]) => server.query(post, { variables: { id }, ...(as && { as }) })),
    );
    expect(answers.map(({ node }) => node)).toEqual(asked.map(([, node]) => node));
  }
});

it('shows everyone what was changed before they asked', async () => {
  const author = await server.person();
  const name = 'query ($id: ID!) { user(id: $id) { name } }';
  const rename =
    'mutation ($id: ID!, $name: String!) { updateUser(id: $id, input: { name: $name }) { name } }';
  const { id } = author;
  // Readers keep asking, so that there are always reads on their way when something has changed.
  const writing = { isOver: false };
  const readers = Array.from({ length: 8 }, async () => {
    while (!writing.isOver) await server.query(name, { variables: { id } });
  });
  for (let time = 0; time < 20; time += 1) {
    await server.query(rename, { variables: { id, name: `Name ${time}` }, as: author });
    const answers = await Promise.all([1, 2, 3].map(() => server.query(name, { variables: { id } })));
    expect(answers.map(({ user }) => user.name)).toEqual([1, 2, 3].map(() => `Name ${time}`));
  }
  writing.isOver = true;
  await Promise.all(readers);
});
