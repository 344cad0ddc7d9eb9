/**
 * Settings that the code depends on. The SQL is written for them, times are read in this format, and statements outside
 * of transactions must see what others commit. The server does not work on a connection that has others.
 */
export const requiredSettings = {
  TimeZone: 'UTC',
  DateStyle: 'ISO, MDY',
  client_encoding: 'UTF8',
  standard_conforming_strings: 'on',
  default_transaction_isolation: 'read committed',
};

/**
 * Settings of every session, in the form that `pg_settings` shows them. Besides the required ones: indexes give
 * every list its order, while PostgreSQL's default cost of a random page, made for spinning disks, would rather read and
 * sort; and compiling short statements costs more than it saves.
 */
export const sessionSettings = { ...requiredSettings, random_page_cost: '1.1', jit: 'off' };

/**
 * What sessions are set to besides while they carry reads by indexes. Such a read has one good plan, whatever its
 * values. Left alone, PostgreSQL plans a page anew each time, since it cannot know its size, and may
 * keep a plan that reads all of a table from when there was little in it.
 */
export const readSettings = { plan_cache_mode: 'force_generic_plan', enable_seqscan: 'off' };
