/** The lines of a table: each column is padded to its longest entry, but for the last one. */
export function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>(
    (longest, row) => row.map((entry, column) => Math.max(longest[column] ?? 0, entry.length)),
    [],
  );
  return rows.map((row) =>
    row
      .map((entry, column) => entry.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
