import type { Refusal } from './begun.ts'

/** What became of a form of a step: that it was done, or what is wrong with it. */
export function Said({ isDone, refusal, done }: { isDone: boolean; refusal: Refusal | null; done: string }) {
  if (refusal)
    return (
      <div class="notice problem" role="alert">
        {refusal.reason}
      </div>
    )
  return isDone ? (
    <p class="notice" role="status">
      {done}
    </p>
  ) : null
}
