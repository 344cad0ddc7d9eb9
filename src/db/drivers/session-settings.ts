/**
 * What every session is set to. Times are written in UTC. Indexes give every list its order, while PostgreSQL's
 * default cost of a random page, made for spinning disks, would rather read and sort; and compiling short statements
 * costs more than it saves.
 */
export const sessionSettings = { timezone: 'UTC', random_page_cost: '1.1', jit: 'off' };

/**
 * What sessions are set to besides while they carry reads by indexes. Such a read has one good plan, whatever its
 * values. Left alone, PostgreSQL plans a page anew each time, since it cannot know its size, and may
 * keep a plan that reads all of a table from when there was little in it.
 */
export const readSettings = { plan_cache_mode: 'force_generic_plan', enable_seqscan: 'off' };
