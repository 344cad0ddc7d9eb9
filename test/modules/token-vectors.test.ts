import {
  constants,
  createHmac,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
  sign,
} from 'node:crypto';
import { jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { createAccountServices } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { toGlobalId } from '../../src/shared/ids.ts';
import { now } from '../helpers/tokens.ts';

/**
 * Vectors of our own, for the classes of forgeries that Wycheproof's JWS and JWK vectors have: no package carries those.
 * Each goes through our verification and through jose with the same key and demands; both must say what stands here.
 */

const userId = '01890000-0000-7000-8000-000000000001';
const sessionId = '01890000-0000-7000-8000-000000000002';
const secret = 'a secret of thirty-two bytes, or more';

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey;
const ed = generateKeyPairSync('ed25519').privateKey;

const es256 = (text: string, hash = 'sha256', key = ec) =>
  sign(hash, Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' });
const rs256 = (text: string, hash = 'sha256', key = rsa) => sign(hash, Buffer.from(text), key);
const eddsa = (text: string, key = ed) => sign(null, Buffer.from(text), key);
const hs256 = (text: string, hash = 'sha256', key = secret) => createHmac(hash, key).update(text).digest();

const algorithms = {
  ES256: { key: ec, signer: es256 },
  RS256: { key: rsa, signer: rs256 },
  EdDSA: { key: ed, signer: eddsa },
  HS256: { key: null, signer: hs256 },
} as const;
type Algorithm = keyof typeof algorithms;
const names = Object.keys(algorithms) as Algorithm[];

async function verifiersOf(alg: Algorithm) {
  const { key } = algorithms[alg];
  const variables: Record<string, string> =
    key === null
      ? { TOKEN_SECRET: secret }
      : { TOKEN_SIGNING_KEY: key.export({ format: 'pem', type: 'pkcs8' }).toString() };
  const { tokens, verifier, keys } = await createAccountServices(
    readConfig({ TOKEN_ALGORITHM: alg, ...variables }),
  );
  const verifyWith = key === null ? new TextEncoder().encode(secret) : createPublicKey(key);
  const { id: kid } = keys.signing();
  return {
    kid,
    ours: (token: string) => verifier.verify(token),
    oursUncached: (token: string) => tokens.verify(token),
    joses: (token: string) =>
      jwtVerify(
        token,
        (header) => {
          if (header.kid !== kid) throw new Error('No such key.');
          return verifyWith;
        },
        { algorithms: [alg], issuer: 'broadsheet', audience: 'broadsheet', typ: 'at+jwt' },
      ),
  };
}

const isTaken = (verification: Promise<unknown>) =>
  verification.then(
    () => true,
    () => false,
  );

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const claims = () => ({
  iss: 'broadsheet',
  aud: 'broadsheet',
  sub: toGlobalId('user', userId),
  sid: sessionId,
  jti: randomUUID(),
  iat: now(),
  exp: now() + 60,
});

/** The order of the group of P-256, and that of Ed25519. */
const orderOfP256 = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const orderOfEd25519 = 2n ** 252n + 27742317777372353535851937790883648493n;

const bytesOf = (value: bigint) => Buffer.from(value.toString(16).padStart(64, '0'), 'hex');
const numberIn = (bytes: Buffer) => BigInt(`0x${bytes.toString('hex')}`);

/** How a signature is changed: it gets the good one and what was signed. */
type Forgery = (signature: Buffer, text: string) => Buffer;

const flipped =
  (place: number): Forgery =>
  (signature) => {
    const bytes = Buffer.from(signature);
    bytes[place < 0 ? bytes.length + place : place]! ^= 1;
    return bytes;
  };

const always: [string, Forgery][] = [
  ['empty', () => Buffer.alloc(0)],
  ['all zero', (signature) => Buffer.alloc(signature.length)],
  ['all one', (signature) => Buffer.alloc(signature.length, 0xff)],
  ['changed in its first bit', flipped(0)],
  ['changed in the middle', flipped(16)],
  ['changed in its last bit', flipped(-1)],
  ['short by one byte', (signature) => signature.subarray(0, -1)],
  ['half', (signature) => signature.subarray(0, signature.length / 2)],
  ['longer by a zero', (signature) => Buffer.concat([signature, Buffer.alloc(1)])],
  ['longer by a zero in front', (signature) => Buffer.concat([Buffer.alloc(1), signature])],
  ['twice', (signature) => Buffer.concat([signature, signature])],
  ['what was signed', (_, text) => Buffer.from(text)],
];

const half = (first: Buffer, second: Buffer) => Buffer.concat([first, second]);
const r = (signature: Buffer) => signature.subarray(0, 32);
const s = (signature: Buffer) => signature.subarray(32);

const forgeries: Record<Algorithm, [string, Forgery][]> = {
  ES256: [
    ['r = 0', (signature) => half(Buffer.alloc(32), s(signature))],
    ['s = 0', (signature) => half(r(signature), Buffer.alloc(32))],
    ['r = s = the order', () => half(bytesOf(orderOfP256), bytesOf(orderOfP256))],
    ['r = s = 1', () => half(bytesOf(1n), bytesOf(1n))],
    ['r and s exchanged', (signature) => half(s(signature), r(signature))],
    ['in DER', (_, text) => sign('sha256', Buffer.from(text), ec)],
    ['over SHA-512', (_, text) => es256(text, 'sha512')],
    ['over SHA-1', (_, text) => es256(text, 'sha1')],
    ['with another key', (_, text) => es256(text, 'sha256', other('ec'))],
    ['with a key on P-384', (_, text) => es256(text, 'sha256', other('P-384'))],
  ],
  RS256: [
    ['over SHA-1', (_, text) => rs256(text, 'sha1')],
    ['over SHA-512', (_, text) => rs256(text, 'sha512')],
    [
      'with PSS',
      (_, text) => sign('sha256', Buffer.from(text), { key: rsa, padding: constants.RSA_PKCS1_PSS_PADDING }),
    ],
    ['with another key', (_, text) => rs256(text, 'sha256', other('rsa'))],
    [
      'plus the modulus',
      (signature) => {
        const modulus = Buffer.from(createPublicKey(rsa).export({ format: 'jwk' }).n ?? '', 'base64url');
        return Buffer.from((numberIn(signature) + numberIn(modulus)).toString(16).padStart(514, '0'), 'hex');
      },
    ],
    ['one', () => Buffer.concat([Buffer.alloc(255), Buffer.from([1])])],
  ],
  EdDSA: [
    ['with another key', (_, text) => eddsa(text, other('ed25519'))],
    ['of the identity', () => half(Buffer.concat([Buffer.from([1]), Buffer.alloc(31)]), Buffer.alloc(32))],
    [
      's plus the order',
      (signature) => {
        const sum = numberIn(Buffer.from(s(signature).toReversed())) + orderOfEd25519;
        return half(r(signature), Buffer.from(bytesOf(sum).toReversed()));
      },
    ],
  ],
  HS256: [
    ['over SHA-512', (_, text) => hs256(text, 'sha512')],
    ['over SHA-512, cut', (_, text) => hs256(text, 'sha512').subarray(0, 32)],
    ['of 16 bytes', (signature) => signature.subarray(0, 16)],
    ['with an empty secret', (_, text) => hs256(text, 'sha256', '')],
    ['with the secret in base64', (_, text) => hs256(text, 'sha256', Buffer.from(secret).toString('base64'))],
    ['with the secret and a space', (_, text) => hs256(text, 'sha256', `${secret} `)],
  ],
};

function other(kind: 'ec' | 'P-384' | 'rsa' | 'ed25519'): KeyObject {
  if (kind === 'rsa') return generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey;
  if (kind === 'ed25519') return generateKeyPairSync('ed25519').privateKey;
  return generateKeyPairSync('ec', { namedCurve: kind === 'ec' ? 'P-256' : kind }).privateKey;
}

describe.each(names)('a token for %s', (alg) => {
  const { signer } = algorithms[alg];
  const verifiers = verifiersOf(alg);

  /** Expects the same of our verification and of jose's. */
  async function expectAnswer(token: string, taken: boolean): Promise<void> {
    const { ours, oursUncached, joses } = await verifiers;
    const answers = await Promise.all([ours(token), oursUncached(token), joses(token)].map(isTaken));
    expect(answers, token).toEqual([taken, taken, taken]);
  }

  async function signed(header: object = {}): Promise<[text: string, signature: Buffer]> {
    const { kid } = await verifiers;
    const text = `${encode({ alg, typ: 'at+jwt', kid, ...header })}.${encode(claims())}`;
    return [text, signer(text)];
  }

  it('is good as it is, and with its type in full', async () => {
    for (const typ of ['at+jwt', 'AT+JWT', 'application/at+jwt']) {
      const [text, signature] = await signed({ typ });
      await expectAnswer(`${text}.${signature.toString('base64url')}`, true);
    }
  });

  it.each([...always, ...forgeries[alg]])('is bad with a signature %s', async (_, forgery) => {
    const [text, signature] = await signed();
    await expectAnswer(`${text}.${forgery(signature, text).toString('base64url')}`, false);
  });

  it.each(alg === 'ES256' ? [orderOfP256] : [])(
    'has another good signature with each, of which nothing depends on the text',
    async (order) => {
      const [text, signature] = await signed();
      const twin = half(r(signature), bytesOf(order - numberIn(s(signature))));
      await expectAnswer(`${text}.${twin.toString('base64url')}`, true);
    },
  );

  it('is bad with another algorithm, whatever signs it', async () => {
    const others = [
      'none',
      'HS256',
      'HS512',
      'ES256',
      'ES256K',
      'ES384',
      'RS256',
      'PS256',
      'EdDSA',
      'Ed448',
      '',
    ];
    for (const name of others.filter((one) => one !== alg)) {
      const { kid } = await verifiers;
      const text = `${encode({ alg: name, typ: 'at+jwt', kid })}.${encode(claims())}`;
      for (const bytes of [signer(text), Buffer.alloc(0)]) {
        await expectAnswer(`${text}.${bytes.toString('base64url')}`, false);
      }
    }
  });

  const pairs = alg === 'HS256' ? [] : [algorithms[alg].key];
  it.each(pairs)('is bad with an HMAC of the public key, which everybody has', async (key) => {
    const publicKey = createPublicKey(key);
    const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString();
    const jwk = publicKey.export({ format: 'jwk' });
    const { kid } = await verifiers;
    for (const known of [pem, pem.trimEnd(), JSON.stringify(jwk), String(jwk.n ?? jwk.x), '']) {
      for (const name of ['HS256', alg]) {
        const text = `${encode({ alg: name, typ: 'at+jwt', kid })}.${encode(claims())}`;
        await expectAnswer(`${text}.${hs256(text, 'sha256', known).toString('base64url')}`, false);
      }
    }
  });

  it('is bad when what was signed is changed, left out or exchanged', async () => {
    const [text, signature] = await signed();
    const [head = '', body = ''] = text.split('.');
    const end = signature.toString('base64url');
    for (const token of [
      `${body}.${head}.${end}`,
      `${head}..${end}`,
      `.${body}.${end}`,
      `${head}.${body}.`,
      `${head}.${body}`,
      `${text}.${end}.`,
      `${text}.${end}.${end}`,
      `.${text}.${end}`,
      `${head}.${encode({ ...claims(), sub: toGlobalId('user', sessionId) })}.${end}`,
      `${encode({ alg, typ: 'at+jwt', kid: (await verifiers).kid, x: 1 })}.${body}.${end}`,
      JSON.stringify({ protected: head, payload: body, signature: end }),
    ]) {
      await expectAnswer(token, false);
    }
  });

  it('is bad when a part is no base64url, also where its bytes would be the same', async () => {
    const [text, signature] = await signed();
    const [head = '', body = ''] = text.split('.');
    const end = signature.toString('base64url');
    for (const bad of ['!', '*', '.', '\u00e9', '\0']) {
      await expectAnswer(`${head}${bad}.${body}.${end}`, false);
      await expectAnswer(`${head}.${bad}${body}.${end}`, false);
      await expectAnswer(`${text}.${bad}${end}`, false);
    }
    // What is signed is the text, so that nothing may be added to it.
    for (const addition of ['=', '==', ' ', '\n', 'AA']) {
      await expectAnswer(`${head}${addition}.${body}.${end}`, false);
      await expectAnswer(`${head}.${body}${addition}.${end}`, false);
    }
  });

  it('is bad when its header or claims are signed, but no JSON objects in UTF-8', async () => {
    const raw = (bytes: Buffer | string) => Buffer.from(bytes).toString('base64url');
    const { kid } = await verifiers;
    const head = JSON.stringify({ alg, typ: 'at+jwt', kid });
    const body = JSON.stringify(claims());
    const parts: [string, string][] = [
      ...['', 'null', '[]', '"text"', '7', '{', `${head}{}`, `[${head}]`].map((text): [string, string] => [
        raw(text),
        raw(body),
      ]),
      ...['', 'null', '[]', '"text"', '7', '{', `${body}{}`, `[${body}]`].map((text): [string, string] => [
        raw(head),
        raw(text),
      ]),
      [
        raw(head),
        raw(Buffer.concat([Buffer.from('{"x":"'), Buffer.from([0xff]), Buffer.from(`",${body.slice(1)}`)])),
      ],
    ];
    for (const [header, payload] of parts) {
      const text = `${header}.${payload}`;
      await expectAnswer(`${text}.${signer(text).toString('base64url')}`, false);
    }
  });

  it('may begin with a byte order mark, where it was signed with it', async () => {
    const { kid } = await verifiers;
    const [head, body] = [{ alg, typ: 'at+jwt', kid }, claims()].map((part) =>
      Buffer.from(`\ufeff${JSON.stringify(part)}`).toString('base64url'),
    );
    const text = `${head}.${body}`;
    await expectAnswer(`${text}.${signer(text).toString('base64url')}`, true);
  });

  it('may be written in more than one way after its last dot, so that nothing is remembered by its text alone', async () => {
    const [text, signature] = await signed();
    const end = signature.toString('base64url');
    const { ours, joses } = await verifiers;
    for (const ending of [`${end}=`, `${end}==`, ` ${end}`, `${end}\n`]) {
      const token = `${text}.${ending}`;
      expect(await isTaken(ours(token))).toBe(await isTaken(joses(token)));
    }
  });
});
