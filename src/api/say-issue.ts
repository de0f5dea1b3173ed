import type { z } from 'zod'

/** What is wrong with one thing that was sent, in words, and the name of the parameter or property that it is. */
export function sayIssue(issue: z.core.$ZodIssue, known: readonly string[]): { name: string; says: string } {
  const name = issue.code === 'unrecognized_keys' ? String(issue.keys[0]) : issue.path.join('.')
  return { name: name.slice(0, 100), says: `${quoted(name)} ${wordsFor(issue, known)}` }
}

function quoted(name: string): string {
  return name === '' ? 'What you sent' : `“${name.length > 60 ? `${name.slice(0, 59)}…` : name}”`
}

function wordsFor(issue: z.core.$ZodIssue, known: readonly string[]): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return known.length === 0 || issue.path.length > 0
        ? 'is not known here. Leave it out.'
        : `is not known here. Known are ${known.join(', ')}.`
    case 'invalid_type':
      return issue.input === undefined
        ? 'is missing.'
        : `has to be ${TYPES[issue.expected] ?? issue.expected}.`
    case 'invalid_value':
      return `has to be ${issue.values.length === 1 ? '' : 'one of '}${issue.values.map(String).join(', ')}.`
    case 'too_small':
      return issue.origin === 'string' || issue.origin === 'array'
        ? Number(issue.minimum) === 1
          ? 'may not be empty.'
          : `needs at least ${issue.minimum} ${issue.origin === 'string' ? 'characters' : 'entries'}.`
        : `has to be at least ${issue.minimum}.`
    case 'too_big':
      return issue.origin === 'string' || issue.origin === 'array'
        ? `can have up to ${issue.maximum} ${issue.origin === 'string' ? 'characters' : 'entries'}.`
        : `can be at most ${issue.maximum}.`
    case 'custom':
      return issue.message
    case 'invalid_format':
    case 'invalid_union':
    case 'not_multiple_of':
    case 'invalid_key':
    case 'invalid_element':
      return issue.message.startsWith('Invalid') ? 'is not written as it should be.' : issue.message
  }
}

const TYPES: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
}
