/** Waits for what is to end, at most `ms` milliseconds; answers whether it has ended. What it fails with is thrown. */
export async function endsWithin(ending: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const tooLong = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms)
  })
  try {
    return await Promise.race([ending.then(() => true), tooLong])
  } finally {
    clearTimeout(timer)
  }
}
