import type { GraphQLField } from 'graphql';

/** A text of which JSON has to escape nothing. Only what makes such texts may say so. */
export type PlainText = string & { readonly __plain: true };

/** What a field says of itself that follows from its parent alone, and at once. */
export class Derivation {
  readonly resolve: (...args: never) => unknown;
  /** Whether it answers a `PlainText`, or null. */
  readonly isPlain: boolean;

  constructor(resolve: (...args: never) => unknown, isPlain: boolean) {
    this.resolve = resolve;
    this.isPlain = isPlain;
  }
}

/** A field with a resolver that takes nothing but the parent. */
export interface DerivedField<Parent, Value> {
  readonly resolve: (parent: Parent) => Value;
  readonly extensions: { readonly derivation: Derivation };
}

/**
 * A field that follows from its parent alone, and at once. It has a resolver like any other; but whoever executes an
 * operation can tell, and need not prepare for more than that.
 */
export function derived<Parent, Value>(resolve: (parent: Parent) => Value): DerivedField<Parent, Value> {
  return { resolve, extensions: { derivation: new Derivation(resolve, false) } };
}

/** A derived field whose text can be written as it is, between quotation marks. */
export function derivedPlain<Parent, Text extends PlainText | null>(
  resolve: (parent: Parent) => Text,
): DerivedField<Parent, Text> {
  return { resolve, extensions: { derivation: new Derivation(resolve, true) } };
}

/** What a field of a schema says of being derived. It no longer counts when something has been put before its resolver. */
export function derivationOf({
  resolve,
  extensions,
}: GraphQLField<unknown, unknown>): Derivation | undefined {
  const { derivation } = extensions;
  return derivation instanceof Derivation && derivation.resolve === resolve ? derivation : undefined;
}
