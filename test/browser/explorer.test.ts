import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { type Person, useServer } from '../helpers/server.ts';
import { useChromium } from './chromium.ts';

const server = useServer();
const openTab = useChromium();
let ada: Person;

const writePost = `mutation {
  createPost(input: { title: "On engines", body: "It weaves.", tags: ["Looms"], publish: true }) { id }
}`;

beforeAll(async () => {
  ada = await server.person('AUTHOR', 'Ada');
  await server.query(writePost, { as: ada });
});

const openExplorer = (path = '/explorer') => openTab(server.url + path);

/** Runs what is in the editor and waits for an answer that has these words, in this order. */
async function expectAnswer(page: Page, ...words: string[]): Promise<void> {
  await page.getByRole('button', { name: 'Execute query' }).click();
  await expectText(page, '.graphiql-response', words);
}

async function expectText(page: Page, selector: string, words: string[]): Promise<void> {
  // The editors draw spaces as other characters.
  const read = async () => (await page.locator(selector).innerText()).replaceAll(/\s+/g, ' ');
  await expect.poll(read, { timeout: 20_000 }).toMatch(new RegExp(words.map(literal).join('.*')));
}

const literal = (text: string) => text.replaceAll(/[{}[\]().]/g, '\\$&');

/** Types a query in the place of what is in the editor, which closes brackets by itself meanwhile. */
async function typeQuery(page: Page, name: string, rest: string): Promise<void> {
  await page.locator('.graphiql-query-editor .view-lines').click();
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Delete');
  await page.keyboard.type(`query ${name}${rest}`);
  // GraphiQL reads the name after a pause, and until then it would run the operation that was there before.
  await page.getByRole('tab', { name }).waitFor();
}

async function enterToken(page: Page, token: string): Promise<void> {
  await page.getByLabel('Access token').fill(token);
  await page.getByLabel('Access token').blur();
}

const kept = (page: Page) => page.evaluate('JSON.stringify([{ ...localStorage }, document.cookie])');

it('opens with an operation that runs as it stands, and asks no other server', async () => {
  const { page, requests, complaints } = await openExplorer();
  await expectAnswer(page, '"title": "On engines"', '"name": "Ada"', '"Looms"', '"viewer": null');
  const origins = new Set(requests.map((url) => new URL(url).origin));
  expect(origins).toEqual(new Set([server.url]));
  expect(requests.filter((url) => url.includes('/worker-')).length).toBeGreaterThan(0);
  expect(complaints).toEqual([]);
});

it('cannot ask another server, nor run a script that stands in the page', async () => {
  const { page, requests, complaints } = await openExplorer();
  await page.evaluate(`fetch('https://example.org/stolen').catch(() => {})`);
  await page.evaluate(
    `document.body.append(Object.assign(document.createElement('script'), { text: 'x = 1' }))`,
  );
  await expect
    .poll(() => complaints.filter((text) => text.startsWith('refused by')).toSorted())
    .toEqual(['refused by connect-src: https://example.org/stolen', 'refused by script-src-elem: inline']);
  expect(requests.filter((url) => !url.startsWith(server.url))).toEqual([]);
});

it('shows the documentation of the schema', async () => {
  const { page, complaints } = await openExplorer();
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  await expectText(page, '.graphiql-plugin', ['Docs', 'A publication']);
  await page.locator('.graphiql-plugin').getByRole('link', { name: 'Query', exact: true }).click();
  await expectText(page, '.graphiql-plugin', ['postBySlug']);
  expect(complaints).toEqual([]);
});

it('answers a typed query, for nobody at first and then for whom the token in the field stands', async () => {
  const { page, requests, complaints } = await openExplorer();
  await typeQuery(page, 'Me', ' { viewer { username email } }');
  await expectAnswer(page, '{ "data": { "viewer": null } }');
  await enterToken(page, `Authorization: Bearer ${ada.token}`);
  await expectText(page, '#viewer', ['Ada, AUTHOR']);
  await expectAnswer(page, `"username": "${ada.username}"`, `"email": "${ada.email}"`);

  expect(await kept(page)).not.toContain(ada.token);
  expect(requests.join('\n')).not.toMatch(/viewer|token/i);
  await page.reload();
  await expectText(page, '#viewer', ['Ada, AUTHOR']);
  await expectAnswer(page, `"username": "${ada.username}"`);
  await enterToken(page, '');
  await expectAnswer(page, '{ "data": { "viewer": null } }');
  await expect.poll(() => page.locator('#viewer').innerText()).toBe('');
  expect(complaints).toEqual([]);
});

it('says what is wrong with a bad token, and shows the schema all the same', async () => {
  const { page, complaints } = await openExplorer();
  await enterToken(page, 'nonsense');
  await expectText(page, '#viewer', ['The access token is not valid.']);
  await expectAnswer(page, '"message": "The access token is not valid."', '"code": "UNAUTHENTICATED"');
  await page.reload();
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  await expectText(page, '.graphiql-plugin', ['Docs', 'A publication']);
  const refused = 'Failed to load resource: the server responded with a status of 401 (Unauthorized)';
  expect(new Set(complaints)).toEqual(new Set([refused]));
});

it('sends variables, and a header of its own editor before the token in the field', async () => {
  const { page, complaints } = await openExplorer();
  await enterToken(page, ada.token);
  await typeQuery(
    page,
    'Two',
    '($name: String!) { userByUsername(username: $name) { name } viewer { name } }',
  );
  await page.getByRole('button', { name: 'Variables' }).click();
  await page.locator('.graphiql-editor-tool .graphiql-editor').first().click();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(JSON.stringify({ name: ada.username }));
  await expectAnswer(page, '"userByUsername": { "name": "Ada" }', '"viewer": { "name": "Ada" }');

  const grace = await server.person('READER', 'Grace');
  await page.getByRole('button', { name: 'Headers' }).click();
  await page.locator('.graphiql-editor-tool .graphiql-editor:not(.hidden)').click();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(JSON.stringify({ Authorization: `Bearer ${grace.token}` }));
  await expectAnswer(page, '"viewer": { "name": "Grace" }');
  expect(await kept(page)).not.toContain(grace.token);
  expect(complaints).toEqual([]);
});

it.each(['refuse', 'ignore'] as const)(
  'is where the page of Sandbox leads when other servers %s the browser',
  async (otherServers) => {
    const { page } = await openTab(`${server.url}/graphql`, { otherServers });
    await page.getByRole('link', { name: 'Open the built-in explorer' }).click();
    await page.waitForURL(`${server.url}/explorer`);
    await expectAnswer(page, '"title": "On engines"');
  },
);
