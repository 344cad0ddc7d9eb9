import fc from 'fast-check';
import { TypeID, typeid } from 'typeid-js';
import { describe, expect, it } from 'vitest';
import { type NodeKind, newUuid, parseGlobalId, toGlobalId, uuidOf } from '../../src/shared/ids.ts';

const kinds: NodeKind[] = ['user', 'post', 'comment', 'tag'];
const anyKind = fc.constantFrom(...kinds);
const anyUuid = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => Buffer.from(bytes).toString('hex'))
  .map((hex) => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'));

/** UUIDs and their suffixes, as the specification's list of valid ids has them. */
const vectors = [
  ['00000000-0000-0000-0000-000000000000', '00000000000000000000000000'],
  ['00000000-0000-0000-0000-000000000001', '00000000000000000000000001'],
  ['00000000-0000-0000-0000-00000000000a', '0000000000000000000000000a'],
  ['00000000-0000-0000-0000-000000000010', '0000000000000000000000000g'],
  ['00000000-0000-0000-0000-000000000020', '00000000000000000000000010'],
  ['ffffffff-ffff-ffff-ffff-ffffffffffff', '7zzzzzzzzzzzzzzzzzzzzzzzzz'],
  ['0110c853-1d09-52d8-d73e-1194e95b5f19', '0123456789abcdefghjkmnpqrs'],
  ['01890a5d-ac96-774b-bcce-b302099a8057', '01h455vb4pex5vsknk084sn02q'],
] as const;

const suffix = '01h455vb4pex5vsknk084sn02q';

describe('global ids', () => {
  it.each(vectors)('%s is %s', (uuid, suffix) => {
    expect(toGlobalId('post', uuid)).toBe(`post_${suffix}`);
    expect(parseGlobalId(`post_${suffix}`)).toEqual({ kind: 'post', uuid });
  });

  it('are made as the reference implementation makes them', () => {
    fc.assert(
      fc.property(anyKind, anyUuid, (kind, uuid) => {
        expect(toGlobalId(kind, uuid)).toBe(TypeID.fromUUID(kind, uuid).toString());
      }),
    );
  });

  it('give back the kind and the UUID', () => {
    fc.assert(
      fc.property(anyKind, anyUuid, (kind, uuid) => {
        const id = toGlobalId(kind, uuid);
        expect(parseGlobalId(id)).toEqual({ kind, uuid });
        expect(uuidOf(kind, id)).toBe(uuid);
      }),
    );
  });

  it('are read as the reference implementation reads them', () => {
    fc.assert(
      fc.property(anyKind, (kind) => {
        const id = typeid(kind);
        expect(parseGlobalId(id.toString())).toEqual({ kind, uuid: id.toUUID() });
      }),
    );
  });

  it('sort like their UUIDs', () => {
    fc.assert(
      fc.property(anyUuid, anyUuid, (a, b) => {
        expect(toGlobalId('tag', a) < toGlobalId('tag', b)).toBe(a < b);
      }),
    );
  });

  it('are one for each UUID: a text that parses is the id of what it parses to', () => {
    const character = fc.constantFrom('0', '7', '8', 'i', 'l', 'o', 'u', 'z', 'A', '_', '-', '\0', 'é', '');
    const almostId = fc
      .tuple(anyKind, anyUuid, fc.nat({ max: 33 }), character)
      .map(([kind, uuid, at, character]) => {
        const id = toGlobalId(kind, uuid);
        return id.slice(0, at) + character + id.slice(at + 1);
      });
    fc.assert(
      fc.property(fc.oneof(almostId, fc.string({ unit: 'binary' })), (text) => {
        const parsed = parseGlobalId(text);
        expect(parsed === null ? null : toGlobalId(parsed.kind, parsed.uuid)).toBe(
          parsed === null ? null : text,
        );
      }),
    );
  });

  it.each([
    ['an empty text', ''],
    ['no prefix', suffix],
    ['an empty prefix', `_${suffix}`],
    ['an unknown prefix', `book_${suffix}`],
    ['an upper-case prefix', `User_${suffix}`],
    ['an upper-case suffix', `user_${suffix.toUpperCase()}`],
    ['another separator', `user-${suffix}`],
    ['a second underscore', `user__${suffix}`],
    ['an underscore in front', `_user_${suffix}`],
    ['a compound prefix', `my_user_${suffix}`],
    ['an empty suffix', 'user_'],
    ['a suffix that is too short', `user_${suffix.slice(1)}`],
    ['a suffix that is too long', `user_0${suffix}`],
    ['more than 128 bits', 'user_8zzzzzzzzzzzzzzzzzzzzzzzzz'],
    ['the first overflow', 'user_80000000000000000000000000'],
    ['the greatest overflow', 'user_zzzzzzzzzzzzzzzzzzzzzzzzzz'],
    ['letters that the alphabet leaves out', 'user_ooooooiiiiiiuuuuuuulllllll'],
    ['Crockford’s hyphens', 'user_01h455vb4p-x5vsknk084sn02q'],
    ['a space after it', `user_${suffix} `],
    ['a line end after it', `user_${suffix}\n`],
    ['a NUL in it', `user_${suffix.slice(0, 25)}\0`],
    ['a character beyond ASCII', `user_${suffix.slice(0, 25)}é`],
    ['a property of every object', `constructor_${suffix}`],
    ['a plain UUID', '01890a5d-ac96-774b-bcce-b302099a8057'],
  ])('refuse %s', (_, id) => {
    expect(parseGlobalId(id)).toBeNull();
  });

  it('are of one kind only', () => {
    expect(uuidOf('post', toGlobalId('user', newUuid()))).toBeNull();
    expect(uuidOf('post', 'nonsense')).toBeNull();
  });

  it.each(['', 'nonsense', '01890a5d-ac96-774b-bcce-b302099a805', '01890a5d-ac96-774b-bcce-b302099a805g'])(
    'are not made of %j, which is no UUID',
    (text) => {
      expect(() => toGlobalId('user', text)).toThrow(TypeError);
    },
  );
});

describe('newUuid', () => {
  it('makes UUIDs of version 7 that ascend', () => {
    const uuids = Array.from({ length: 1000 }, newUuid);
    for (const uuid of uuids) {
      expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    }
    expect(uuids).toEqual(uuids.toSorted());
    expect(new Set(uuids).size).toBe(uuids.length);
  });
});
