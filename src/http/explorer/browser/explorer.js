// Runs in the browser as it stands, so it is JavaScript; `npm run types` checks it.

/**
 * @typedef {{ extensions?: { headers?: Record<string, string> }, operationName?: string }} GraphiqlRequest
 * @typedef {{ name: string, role: string }} Viewer
 */

const tokenKey = 'broadsheet.token';
const main = /** @type {HTMLElement} */ (document.querySelector('#graphiql'));
const field = /** @type {HTMLInputElement} */ (document.querySelector('#token'));
const viewerOutput = /** @type {HTMLOutputElement} */ (document.querySelector('#viewer'));

/** What is in the field, also when it was copied with the words that stand before it in a request. */
function token() {
  return field.value.trim().replace(/^(authorization:\s*)?bearer\s+/i, '');
}

/** @returns {Record<string, string>} */
function tokenHeaders() {
  return token() === '' ? {} : { authorization: `Bearer ${token()}` };
}

/**
 * The schema is read without a token, so that a bad one does not hide it, and a header of the same name in GraphiQL's
 * own editor wins.
 *
 * @param {GraphiqlRequest} [request]
 */
function headersOf({ extensions, operationName } = {}) {
  const names = Object.keys(extensions?.headers ?? {}).map((name) => name.toLowerCase());
  return operationName === 'IntrospectionQuery' || names.includes('authorization') ? {} : tokenHeaders();
}

/** Says beside the field whose token it is, or why the server refuses it. */
async function showViewer() {
  const asked = token();
  const { text, refused } = asked === '' ? { text: '', refused: false } : await readViewer();
  // Another token may have been put in while the server was asked about this one.
  if (asked !== token()) return;
  viewerOutput.textContent = text;
  viewerOutput.toggleAttribute('data-refused', refused);
}

/** @returns {Promise<{ text: string, refused: boolean }>} */
async function readViewer() {
  try {
    const response = await fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...tokenHeaders() },
      body: JSON.stringify({ query: 'query TokenOwner { viewer { name role } }' }),
    });
    /** @type {{ data?: { viewer: Viewer | null }, errors?: { message: string }[] }} */
    const { data, errors } = await response.json();
    const viewer = data?.viewer;
    return viewer
      ? { text: `${viewer.name}, ${viewer.role}`, refused: false }
      : { text: errors?.[0]?.message ?? 'This token is nobody’s.', refused: true };
  } catch {
    return { text: 'The server could not be asked.', refused: true };
  }
}

function keepToken() {
  sessionStorage.setItem(tokenKey, token());
}

// GraphiQL is large: somebody may have been faster than this script.
if (token() === '') field.value = sessionStorage.getItem(tokenKey) ?? '';
else keepToken();
field.addEventListener('input', keepToken);
field.addEventListener('change', () => void showViewer());
void showViewer();

Object.assign(globalThis, {
  MonacoEnvironment: {
    globalAPI: false,
    /** @type {(module: string, label: string) => string} */
    getWorkerUrl: (_, label) => `/explorer/worker-${label}.js`,
  },
});

/** @type {{ renderYogaGraphiQL(element: Element, options: object): void }} */
const graphiql = Reflect.get(globalThis, 'YogaGraphiQL');

graphiql.renderYogaGraphiQL(main, {
  endpoint: '/graphql',
  title: 'Broadsheet',
  defaultTabs: JSON.parse(main.dataset['operations'] ?? '[]'),
  additionalHeaders: headersOf,
  shouldPersistHeaders: false,
  // By itself it writes the document into the address, and so passwords into the browser's history.
  onEditQuery() {},
});
