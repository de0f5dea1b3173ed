import type { PublishedDate } from '../harvested-paper.ts'

/** The calendar parts of a date, as many as are known: `2014`, `02`, `11`. An instant is read in UTC. */
export function dateParts(date: PublishedDate | null): { year?: string; month?: string; day?: string } {
  const [, year, month, day] = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?/.exec(date?.value ?? '') ?? []
  return {
    ...(year === undefined ? {} : { year }),
    ...(month === undefined ? {} : { month }),
    ...(day === undefined ? {} : { day }),
  }
}
