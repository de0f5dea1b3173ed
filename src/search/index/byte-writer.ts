/** Bytes that are written one after another, growing as they need; numbers as LEB128 varints. */
export class ByteWriter {
  bytes: Uint8Array<ArrayBuffer>
  length = 0

  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity)
  }

  byte(value: number): void {
    if (this.length === this.bytes.length) this.#grow(1)
    this.bytes[this.length++] = value
  }

  /** A whole number from 0 to 2³² − 1. */
  varint(value: number): void {
    if (this.length + 5 > this.bytes.length) this.#grow(5)
    while (value > 0x7f) {
      this.bytes[this.length++] = (value & 0x7f) | 0x80
      value >>>= 7
    }
    this.bytes[this.length++] = value
  }

  /** `from[start … end)` */
  copy(from: Uint8Array, start: number, end: number): void {
    const count = end - start
    if (this.length + count > this.bytes.length) this.#grow(count)
    // A call costs more than copying a few bytes by hand.
    if (count > 32) this.bytes.set(from.subarray(start, end), this.length)
    else for (let i = 0; i < count; i++) this.bytes[this.length + i] = from[start + i] ?? 0
    this.length += count
  }

  /** All that was written, with no room to spare. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.length === this.bytes.length ? this.bytes : this.bytes.slice(0, this.length)
  }

  #grow(count: number): void {
    const larger = new Uint8Array(Math.max(this.length + count, Math.ceil(this.bytes.length * 1.5), 64))
    larger.set(this.bytes.subarray(0, this.length))
    this.bytes = larger
  }
}
