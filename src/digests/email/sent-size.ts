/**
 * What a text weighs in a mail, as far as nodemailer's way to encode it hangs on the text: in quoted-printable where it has more
 * Latin letters than other characters, else in base64. Weights of pieces add up to that of the whole.
 */
export type Weight = {
  latin: number
  other: number
  /** In UTF-8, each line break as two. */
  bytes: number
  /** In quoted-printable, without soft line breaks. */
  quoted: number
}

const NO_WEIGHT: Weight = { latin: 0, other: 0, bytes: 0, quoted: 0 }

/** Headers, and what separates the parts. */
const AROUND = 1_600
/** A soft break is three bytes, and comes after 51 at the earliest. */
const SOFT_BREAKS = 1 + 3 / 51
/** Four characters for three bytes, in lines of 76 and a break. */
const BASE64 = (4 / 3) * (78 / 76)

/** Weighs a piece of a text. */
export function weigh(text: string): Weight {
  const weight = { ...NO_WEIGHT }
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code >= 0x80) {
      // Half of a pair takes half of its four bytes.
      const bytes = code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 2 : 3
      weight.other++
      weight.bytes += bytes
      weight.quoted += 3 * bytes
    } else {
      const isBreak = code === 0x0a
      if ((code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a)) weight.latin++
      weight.bytes += isBreak ? 2 : 1
      weight.quoted += isBreak ? 2 : code === 0x3d ? 3 : 1
    }
  }
  return weight
}

export function sumOf(weights: Weight[]): Weight {
  return weights.reduce(
    (sum, weight) => ({
      latin: sum.latin + weight.latin,
      other: sum.other + weight.other,
      bytes: sum.bytes + weight.bytes,
      quoted: sum.quoted + weight.quoted,
    }),
    NO_WEIGHT,
  )
}

/** How many bytes a mail with these parts is at most when it is sent. */
export function sentBytes(parts: Weight[]): number {
  return parts.reduce(
    (sum, { latin, other, bytes, quoted }) => sum + (other < latin ? quoted * SOFT_BREAKS : bytes * BASE64),
    AROUND,
  )
}
