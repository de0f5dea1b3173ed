import type { HarvestOutcome, HarvestedPaper } from '../papers/harvested-paper.ts'

/** A text as it arrives in pieces of `size` characters. */
export async function* feed(text: string, size = 64 * 1024): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size)
}

/** All that comes out. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = []
  for await (const item of items) collected.push(item)
  return collected
}

/** The papers among the outcomes. */
export function papersIn(outcomes: HarvestOutcome[]): HarvestedPaper[] {
  return outcomes.flatMap((outcome) => (outcome.ok ? [outcome.paper] : []))
}

/** `position: reason` of each refusal. */
export function refusalsIn(outcomes: HarvestOutcome[]): string[] {
  return outcomes.flatMap((outcome) => (outcome.ok ? [] : [`${outcome.position}: ${outcome.reason}`]))
}
