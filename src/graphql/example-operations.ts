/** An operation that an explorer opens with. */
export interface ExampleOperation {
  readonly query: string;
  /** As JSON. */
  readonly variables?: string;
}

/** What a stranger asks first. It has an answer in an empty publication, too. */
export const firstOperation: ExampleOperation = {
  query: `# The newest posts, and what hangs on them.
# Ctrl-Enter runs it, Ctrl-Space completes it.
query NewestPosts($limit: Int = 3) {
  posts(limit: $limit) {
    title
    excerpt
    publishedAt
    author { name username }
    tags { name }
    commentCount
    comments(limit: 2) {
      body
      author { name }
    }
  }

  # You: null without an access token.
  viewer { name role }
}
`,
};

/** The first operation and those that lead to a published post, in the order in which they are tried. */
export const exampleOperations: readonly ExampleOperation[] = [
  firstOperation,
  {
    query: `# Makes an account that can sign in.
mutation SignUp($input: CreateUserInput!) {
  createUser(input: $input) {
    id
    username
    role
  }
}
`,
    variables: `{
  "input": {
    "name": "Ada Byron",
    "email": "ada@example.org",
    "password": "a long password"
  }
}
`,
  },
  {
    query: `# Answers an access token: it goes with every
# request that is to be yours.
mutation SignIn($input: SignInInput!) {
  signIn(input: $input) {
    accessToken
    accessTokenExpiresAt
    user { name role }
  }
}
`,
    variables: `{
  "input": {
    "email": "ada@example.org",
    "password": "a long password"
  }
}
`,
  },
  {
    query: `# Publishes a post. It needs an access token.
mutation WritePost($input: CreatePostInput!) {
  createPost(input: $input) {
    id
    slug
    status
    html
    tags { name }
  }
}
`,
    variables: `{
  "input": {
    "title": "On engines",
    "body": "It weaves *algebraical* patterns.",
    "tags": ["Looms"],
    "publish": true
  }
}
`,
  },
];
