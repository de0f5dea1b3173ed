import type { Command } from 'commander'
import { printConfig } from '../config.ts'
import { settings } from './settings.ts'

export function addConfig(program: Command): void {
  program
    .command('config')
    .description('print the settings in force, secrets masked')
    .action(() => {
      process.stdout.write(`${printConfig(settings())}\n`)
    })
}
