let underWay = 0;

/** How many calls of node's thread pool are under way, of those that are made here. */
export function callsUnderWay(): number {
  return underWay;
}

/** What a function of node answers that works in the thread pool and takes a callback. */
export function inThreadPool(call: (done: (error: Error | null) => void) => void): Promise<void> {
  return counted(
    new Promise((resolve, reject) => {
      call((error) => (error === null ? resolve() : reject(error)));
    }),
  );
}

/** Counts a call as under way until it is answered. */
export async function counted<T>(call: Promise<T>): Promise<T> {
  underWay += 1;
  try {
    return await call;
  } finally {
    underWay -= 1;
  }
}
