import { parseMailDomain } from './address.ts'

/** How fast mail may go, in mails a second: in all, and to single domains. */
export type MailRates = { all: number | null; domains: Map<string, number> }

const SECONDS = { s: 1, second: 1, minute: 60, hour: 3_600 }

/** The rates where none are set. */
export const NO_RATES: MailRates = { all: null, domains: new Map() }

/**
 * Reads rates: words `[domain=]N[/s|/minute|/hour]`, separated by spaces or commas, such as `14` or
 * `600/minute gmail.com=60/minute outlook.com=2/s`. null when they are malformed or one is given twice.
 */
export function parseMailRates(text: string): MailRates | null {
  const rates: MailRates = { all: null, domains: new Map() }
  for (const word of text.split(/[\s,]+/).filter((part) => part !== '')) {
    const [, written, number, unit = 's'] =
      /^(?:([^=]+)=)?(\d{1,9}(?:\.\d{1,9})?|\.\d{1,9})(?:\/(s|second|minute|hour))?$/i.exec(word) ?? []
    const rate = Number(number) / SECONDS[unit.toLowerCase() as keyof typeof SECONDS]
    if (!(rate > 0)) return null
    if (written === undefined) {
      if (rates.all !== null) return null
      rates.all = rate
    } else {
      const domain = parseMailDomain(written)
      if (domain === null || rates.domains.has(domain)) return null
      rates.domains.set(domain, rate)
    }
  }
  return rates
}

/** Rates as `parseMailRates` reads them. */
export function formatMailRates({ all, domains }: MailRates): string {
  return [
    ...(all === null ? [] : [formatRate(all)]),
    ...[...domains].map(([domain, rate]) => `${domain}=${formatRate(rate)}`),
  ].join(' ')
}

/** In the first unit in which it is a whole number. */
function formatRate(rate: number): string {
  for (const [unit, seconds] of Object.entries({ '': 1, '/minute': 60, '/hour': 3_600 })) {
    const number = Number((rate * seconds).toFixed(6))
    if (Number.isInteger(number) && number > 0) return `${number}${unit}`
  }
  return `${Number((rate * 3_600).toFixed(6))}/hour`
}
