import type { Person } from '../../helpers/server.ts';
import {
  type Cast,
  givePassword,
  newComment,
  newLink,
  ofAuthor,
  ofComment,
  ofPost,
  password,
  plain,
  type Prepare,
  self,
  sessionOf,
  signedInWithPassword,
} from './cast.ts';

const react = (field: string) => `mutation ($id: ID!) { ${field}(id: $id) { id } }`;
const postChange = 'mutation ($id: ID!) { updatePost(id: $id, input: { title: "Changed" }) { id } }';
const commentChange = 'mutation ($id: ID!) { updateComment(id: $id, input: { body: "Changed." }) { id } }';
const comment = `mutation ($id: ID!) { addComment(input: { postId: $id, body: "Well." }) { id } }`;
const signUp = 'mutation ($input: CreateUserInput!) { createUser(input: $input) { id } }';
const rightsOf = (type: 'Post' | 'Comment' | 'User', right: string) => ({
  right: `query ($id: ID!) { node(id: $id) { ... on ${type} { right: ${right} } } }`,
});

let unique = 0;

const authorOf = ({ author }: Cast): Person => author;

const withLink =
  (field: string, purpose: string, whose: (cast: Cast) => Person): Prepare =>
  async (cast) => {
    const person = whose(cast);
    const email = purpose === 'CHANGE_EMAIL' ? `new-${person.email}` : person.email;
    return {
      document: `mutation ($token: String!) { ${field}(token: $token) { id } }`,
      variables: { token: await newLink(cast, person, purpose, email) },
    };
  };

/** The rows of mutations: the field, and what it is called for. */
export const writing: Readonly<Record<string, Prepare>> = {
  'Mutation.updateUser': ofAuthor(
    'mutation ($id: ID!) { updateUser(id: $id, input: { name: "New" }) { id } }',
    rightsOf('User', 'viewerCanUpdate'),
  ),
  'Mutation.deleteUser': ofAuthor(react('deleteUser'), rightsOf('User', 'viewerCanDelete')),
  'Mutation.setUserRole': ofAuthor(
    'mutation ($id: ID!) { setUserRole(id: $id, role: EDITOR) { id } }',
    rightsOf('User', 'viewerCanManage'),
  ),
  'Mutation.suspendUser': ofAuthor(react('suspendUser'), rightsOf('User', 'viewerCanManage')),
  'Mutation.reinstateUser': ofAuthor(react('reinstateUser'), rightsOf('User', 'viewerCanManage')),
  'Mutation.createUser': async () => ({
    document: signUp,
    variables: { input: { name: 'New', email: `access-${(unique += 1)}@example.com` } },
  }),
  "Mutation.signIn · with the author's address and password": async (cast) => {
    await givePassword(cast, cast.author);
    return {
      document: 'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }',
      variables: { input: { email: cast.author.email, password } },
    };
  },
  'Mutation.refreshSession · with a token of the author': async (cast) => ({
    document: 'mutation ($token: String!) { refreshSession(refreshToken: $token) { accessToken } }',
    variables: { token: (await signedInWithPassword(cast, cast.author)).refreshToken },
  }),
  'Mutation.signOut': plain('mutation { signOut { id } }'),
  'Mutation.signOutEverywhere': plain('mutation { signOutEverywhere { id } }'),
  'Mutation.revokeSession · an own one': async (cast) => ({
    document: react('revokeSession'),
    variables: { id: await sessionOf(cast, self(cast)) },
  }),
  "Mutation.revokeSession · the author's": async (cast) => ({
    document: react('revokeSession'),
    variables: { id: await sessionOf(cast, cast.author) },
  }),
  'Mutation.changePassword': async (cast) => {
    await givePassword(cast, self(cast));
    return {
      document: 'mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { id } }',
      variables: { input: { currentPassword: password, newPassword: 'another password for trying' } },
    };
  },

  'Mutation.requestEmailVerification': plain('mutation { requestEmailVerification { id } }'),
  'Mutation.verifyEmail · with an own link': withLink('verifyEmail', 'VERIFY_EMAIL', self),
  'Mutation.verifyEmail · with a link of the author': withLink('verifyEmail', 'VERIFY_EMAIL', authorOf),
  'Mutation.requestPasswordReset · of the author': async ({ author }) => ({
    document: 'mutation ($email: String!) { requestPasswordReset(email: $email) }',
    variables: { email: author.email },
  }),
  'Mutation.resetPassword · with a link of the author': async (cast) => ({
    document: 'mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) { id } }',
    variables: {
      input: {
        token: await newLink(cast, cast.author, 'RESET_PASSWORD', cast.author.email),
        newPassword: 'another password for trying',
      },
    },
  }),
  'Mutation.changeEmail': async (cast) => {
    await givePassword(cast, self(cast));
    return {
      document: 'mutation ($input: ChangeEmailInput!) { changeEmail(input: $input) { id } }',
      variables: { input: { newEmail: `new-${self(cast).email}`, password } },
    };
  },
  'Mutation.confirmEmailChange · with an own link': withLink('confirmEmailChange', 'CHANGE_EMAIL', self),
  'Mutation.confirmEmailChange · with a link of the author': withLink(
    'confirmEmailChange',
    'CHANGE_EMAIL',
    authorOf,
  ),

  'Mutation.createPost': plain('mutation { createPost(input: { title: "New", body: "New." }) { id } }'),
  'Mutation.updatePost · a published post': ofPost(
    'published',
    postChange,
    rightsOf('Post', 'viewerCanUpdate'),
  ),
  'Mutation.updatePost · a draft': ofPost('draft', postChange, rightsOf('Post', 'viewerCanUpdate')),
  'Mutation.updatePost · an archived post': ofPost(
    'archived',
    postChange,
    rightsOf('Post', 'viewerCanUpdate'),
  ),
  'Mutation.publishPost · a draft': ofPost(
    'draft',
    react('publishPost'),
    rightsOf('Post', 'viewerCanPublish'),
  ),
  'Mutation.publishPost · an archived post': ofPost(
    'archived',
    react('publishPost'),
    rightsOf('Post', 'viewerCanPublish'),
  ),
  'Mutation.unpublishPost · a published post': ofPost(
    'published',
    react('unpublishPost'),
    rightsOf('Post', 'viewerCanUnpublish'),
  ),
  'Mutation.unpublishPost · an archived post': ofPost(
    'archived',
    react('unpublishPost'),
    rightsOf('Post', 'viewerCanUnpublish'),
  ),
  'Mutation.archivePost · a published post': ofPost(
    'published',
    react('archivePost'),
    rightsOf('Post', 'viewerCanArchive'),
  ),
  'Mutation.deletePost · a published post': ofPost(
    'published',
    react('deletePost'),
    rightsOf('Post', 'viewerCanDelete'),
  ),
  'Mutation.deletePost · a draft': ofPost('draft', react('deletePost'), rightsOf('Post', 'viewerCanDelete')),
  'Mutation.addComment · under a published post': ofPost(
    'published',
    comment,
    rightsOf('Post', 'viewerCanComment'),
  ),
  'Mutation.addComment · under a draft': ofPost('draft', comment, rightsOf('Post', 'viewerCanComment')),
  "Mutation.updateComment · the author's": ofComment(commentChange, rightsOf('Comment', 'viewerCanUpdate')),
  'Mutation.updateComment · an own one': async (cast) => ({
    document: commentChange,
    variables: { id: (await newComment(cast, self(cast))).id },
    ...rightsOf('Comment', 'viewerCanUpdate'),
  }),
  "Mutation.deleteComment · the author's": ofComment(
    react('deleteComment'),
    rightsOf('Comment', 'viewerCanDelete'),
  ),
  'Mutation.deleteComment · an own one': async (cast) => ({
    document: react('deleteComment'),
    variables: { id: (await newComment(cast, self(cast))).id },
    ...rightsOf('Comment', 'viewerCanDelete'),
  }),
  'Mutation.followUser': ofAuthor(react('followUser'), rightsOf('User', 'viewerCanFollow')),
  'Mutation.unfollowUser': ofAuthor(react('unfollowUser')),
  'Mutation.likePost · a published post': ofPost(
    'published',
    react('likePost'),
    rightsOf('Post', 'viewerCanLike'),
  ),
  'Mutation.likePost · a draft': ofPost('draft', react('likePost'), rightsOf('Post', 'viewerCanLike')),
  'Mutation.unlikePost · a published post': ofPost('published', react('unlikePost')),
  'Mutation.unlikePost · a draft': ofPost('draft', react('unlikePost')),
};
