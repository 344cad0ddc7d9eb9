/** The values of an operation's variables, as they were sent. */
export type Variables = Readonly<Record<string, unknown>>;

/** A number that is known, or that variables say. */
export type Quantity = number | ((variables: Variables) => number);

/** Something that holds or not, or of which variables say it. */
export type Condition = boolean | ((variables: Variables) => boolean);

export function valueOf(quantity: Quantity, variables: Variables): number {
  return typeof quantity === 'number' ? quantity : quantity(variables);
}

export function sum(quantities: readonly Quantity[]): Quantity {
  let known = 0;
  const others: Exclude<Quantity, number>[] = [];
  for (const quantity of quantities) {
    if (typeof quantity === 'number') known += quantity;
    else others.push(quantity);
  }
  if (others.length === 0) return known;
  return (variables) => {
    let total = known;
    for (const other of others) total += other(variables);
    return total;
  };
}

export function product(left: Quantity, right: Quantity): Quantity {
  if (left === 0 || right === 0) return 0;
  if (typeof left === 'number' && typeof right === 'number') return left * right;
  return (variables) => valueOf(left, variables) * valueOf(right, variables);
}

/** The largest; 0 of none. */
export function largest(quantities: readonly Quantity[]): Quantity {
  const known = Math.max(0, ...quantities.filter((quantity) => typeof quantity === 'number'));
  const others = quantities.filter((quantity) => typeof quantity !== 'number');
  if (others.length === 0) return known;
  return (variables) => Math.max(known, ...others.map((other) => other(variables)));
}

/** A quantity where a condition holds, and 0 where it does not. */
export function where(condition: Condition, quantity: Quantity): Quantity {
  if (typeof condition === 'boolean') return condition ? quantity : 0;
  if (quantity === 0) return 0;
  return (variables) => (condition(variables) ? valueOf(quantity, variables) : 0);
}

export function both(left: Condition, right: Condition): Condition {
  if (typeof left === 'boolean') return left ? right : false;
  if (typeof right === 'boolean') return right ? left : false;
  return (variables) => left(variables) && right(variables);
}

export function either(left: Condition, right: Condition): Condition {
  if (typeof left === 'boolean') return left ? true : right;
  if (typeof right === 'boolean') return right ? true : left;
  return (variables) => left(variables) || right(variables);
}
