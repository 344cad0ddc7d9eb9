import type { Mention } from './mentions.ts';

/** What a publication's own list of authors says of one of them. */
export interface Profile {
  readonly name: string;
  readonly bio: string | null;
  readonly avatarUrl: string | null;
}

/** Somebody whom files name. */
export interface Person {
  /** What files call them: `key:`, `name:` or `handle:` and the text, in lower case where case means nothing. */
  readonly keys: readonly string[];
  readonly name: string;
  /** What the username is made from. */
  readonly handle: string | null;
  readonly profile: Profile | null;
}

/** Somebody of whom more becomes known with each file. */
interface Known {
  readonly keys: Set<string>;
  name: string | null;
  handle: string | null;
  profile: Profile | null;
}

/** The people of a folder. All mentions are added first; then each of them leads to one person. */
export class People {
  readonly #profiles: ReadonlyMap<string, Profile>;
  /** The keys of the list by the names in it; null where several people have the name. */
  readonly #profileKeys = new Map<string, string | null>();
  readonly #byKey = new Map<string, Known>();

  /** @param profiles The publication's own list of authors, by the keys that its files call them by. */
  constructor(profiles: ReadonlyMap<string, Profile>) {
    this.#profiles = profiles;
    for (const [key, { name }] of profiles) {
      this.#profileKeys.set(folded(name), this.#profileKeys.has(folded(name)) ? null : key);
    }
  }

  /** The same name is the same person, and so is the same handle. */
  add(mention: Mention): void {
    const keys = this.#keysOf(mention);
    const known = new Set(keys.map((key) => this.#byKey.get(key)).filter((found) => found !== undefined));
    const [person = { keys: new Set<string>(), name: null, handle: null, profile: null }, ...same] = known;
    const profileKey = this.#profileKeyOf(mention);
    const profile = profileKey === null ? undefined : this.#profiles.get(profileKey);
    person.profile ??= profile ?? null;
    person.name ??= profile?.name ?? mention.name;
    person.handle ??= profileKey ?? mention.handle;
    for (const other of same) {
      // Whom files called by name or by handle, another one calls by both.
      person.name ??= other.name;
      person.handle ??= other.handle;
      person.profile ??= other.profile;
      keys.push(...other.keys);
    }
    for (const key of keys) {
      this.#byKey.set(key, person);
      person.keys.add(key);
    }
  }

  /** Who is mentioned, each once. @throws {Error} when a mention was not added. */
  getAll(mentions: readonly Mention[]): Person[] {
    const people = mentions.map((mention) => this.#get(mention));
    return people
      .filter(({ known }, i) => people.findIndex((other) => other.known === known) === i)
      .map(({ person }) => person);
  }

  /** Its first key is the one that the mention leads by, whatever other files call them. */
  #get({ name, handle }: Mention): { known: Known; person: Person } {
    // A bare name may be the handle of somebody whom another file calls by their name: `ada`, `Ada Byron (@ada)`.
    const isProfile = this.#profileKeyOf({ name, handle }) !== null;
    const keys = isProfile ? [] : this.#keysOf({ name: null, handle: name });
    keys.push(...this.#keysOf({ name, handle }));
    const key = keys.find((one) => this.#byKey.has(one));
    const known = key === undefined ? undefined : this.#byKey.get(key);
    if (key === undefined || known === undefined) throw new Error(`Nobody knows ${name ?? handle}.`);
    const person = {
      keys: [...new Set([key, ...known.keys])],
      name: known.name ?? known.handle ?? '',
      handle: known.handle,
      profile: known.profile,
    };
    return { known, person };
  }

  #keysOf(mention: Mention): string[] {
    const profileKey = this.#profileKeyOf(mention);
    if (profileKey !== null) return [`key:${profileKey}`];
    const { name, handle } = mention;
    const keys = [];
    if (name !== null) keys.push(`name:${folded(name)}`);
    if (handle !== null) keys.push(`handle:${folded(handle)}`);
    return keys;
  }

  /** Whom of the list a file means: by their key, or by their name where nobody else in it has the same. */
  #profileKeyOf({ name, handle }: Mention): string | null {
    if (name !== null && this.#profiles.has(name)) return name;
    if (handle !== null && this.#profiles.has(handle)) return handle;
    return (name !== null && this.#profileKeys.get(folded(name))) || null;
  }
}

function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}
