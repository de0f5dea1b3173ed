/**
 * The same items, each asked for while the one before it is in use: what reads from the database and what writes to the
 * network need not wait for each other, and one item more is held.
 */
export async function* oneAhead<T>(items: AsyncIterable<T>): AsyncGenerator<T> {
  const iterator = items[Symbol.asyncIterator]()
  const ask = () => {
    const asked = iterator.next()
    // Its failure is told where it is awaited, if it still is.
    asked.catch(() => undefined)
    return asked
  }
  let asked = ask()
  try {
    for (let item = await asked; item.done !== true; item = await asked) {
      asked = ask()
      yield item.value
    }
  } finally {
    await iterator.return?.()
  }
}
