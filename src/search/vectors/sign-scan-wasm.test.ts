import { readFileSync } from 'node:fs'
import openWabt from 'wabt'
import { expect, it } from 'vitest'

it('is what its source compiles to', async () => {
  const text = readFileSync(new URL('./sign-scan.wat', import.meta.url), 'utf8')
  const wabt = await openWabt()
  const module = wabt.parseWat('sign-scan.wat', text)
  module.validate()
  const bytes = Buffer.from(module.toBinary({}).buffer)
  await expect(`// Compiled from sign-scan.wat: after changing that, \`npm run wasm\` writes this file anew.

/** The WebAssembly module, in base64. */
export const SIGN_SCAN_WASM =
  '${bytes.toString('base64')}'
`).toMatchFileSnapshot('./sign-scan-wasm.ts')
})
