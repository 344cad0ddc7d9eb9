const url = process.env['TEST_REDIS_URL'];

/** Whether the suite has a Redis. */
export const onRedis = url !== undefined;

/** Where it is. */
export const redisUrl = url ?? '';
