/**
 * Fails when an answer takes longer. What came while the process was busy with something else counts as in time.
 *
 * @param from who answers, for the message of the error.
 */
export async function within<T>(milliseconds: number, answer: Promise<T>, from: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const fail = () => reject(new Error(`${from} has not answered within ${milliseconds} ms.`));
    // Timers run before what came in is read, and this after it.
    timer = setTimeout(() => setImmediate(fail), milliseconds);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
