/**
 * What every session is set to. Times are written in UTC. Indexes give every list its order, while PostgreSQL's
 * default cost of a random page, made for spinning disks, would rather read and sort; and compiling short statements
 * costs more than it saves.
 */
export const sessionSettings = { timezone: 'UTC', random_page_cost: '1.1', jit: 'off' };
