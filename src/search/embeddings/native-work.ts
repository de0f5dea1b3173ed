/** Places in the shared memory. */
const GOING_ON = 0
const STOPPED = 1

/** Long enough for the longest piece of work, opening the model on a slow machine. */
const LONGEST_MS = 5_000

/**
 * A worker thread that is ended, or whose process exits, while it is inside ONNX Runtime takes the whole process down
 * (the binding throws where nothing can catch). So the thread says when it is inside, and can be stopped outside.
 */
export type NativeWork = {
  /** Called in the thread, for one piece of work at a time. Throws, and does nothing, after it was stopped. */
  during<T>(work: () => Promise<T>): Promise<T>
  /** Called outside: when it is done, nothing goes on in the thread and nothing more begins. */
  stop(): Promise<void>
  /** The same, for a process that exits. */
  stopAtOnce: () => void
}

/** Memory for both sides to open. */
export function nativeWorkMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT)
}

export function nativeWork(memory: SharedArrayBuffer): NativeWork {
  const state = new Int32Array(memory)
  return {
    async during(work) {
      Atomics.store(state, GOING_ON, 1)
      try {
        // Looked at after saying so: whoever stops does these two in the other order.
        if (Atomics.load(state, STOPPED) === 1) throw new Error('the thread is being ended')
        return await work()
      } finally {
        Atomics.store(state, GOING_ON, 0)
        Atomics.notify(state, GOING_ON)
      }
    },
    async stop() {
      Atomics.store(state, STOPPED, 1)
      await Atomics.waitAsync(state, GOING_ON, 1, LONGEST_MS).value
    },
    stopAtOnce() {
      Atomics.store(state, STOPPED, 1)
      Atomics.wait(state, GOING_ON, 1, LONGEST_MS)
    },
  }
}
