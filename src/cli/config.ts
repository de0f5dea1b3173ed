import { printConfig } from '../config.ts'
import { settings } from './settings.ts'

export function printSettings(): void {
  process.stdout.write(`${printConfig(settings())}\n`)
}
