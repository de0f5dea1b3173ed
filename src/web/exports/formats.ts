import type { ListFormat } from '../../papers/export/formats.ts'

/** The files that a list can be had as, by the suffix of its address. */
export const LIST_FILES = [
  { suffix: '.bib', name: 'BibTeX', type: 'application/x-bibtex', format: 'bibtex' },
  { suffix: '.ris', name: 'RIS', type: 'application/x-research-info-systems', format: 'ris' },
  {
    suffix: '.csl.json',
    name: 'CSL-JSON',
    type: 'application/vnd.citationstyles.csl+json',
    format: 'csl',
  },
  { suffix: '.jsonl', name: 'JSON Lines', type: 'application/jsonl', format: 'jsonl' },
] as const satisfies { suffix: string; name: string; type: string; format: ListFormat }[]

export type ListFile = (typeof LIST_FILES)[number]

/** What is a list's file, by its path as the router reads it; papers have files of some of these suffixes too. */
export const LIST_FILE_PATH =
  /^\/(?:index|papers|papers\/(?:new|trending|top|picks|date|week|month)(?:\/[^/]+)?|(?:topics|authors|collections)\/[^/]+|reading-list)\.(?:bib|ris|csl\.json|jsonl)\/?$/

/** A list's address without the suffix of a file, and the file that is asked for, if one is. */
export function splitFileSuffix(path: string): { path: string; file: ListFile | null } {
  const file = LIST_FILES.find(({ suffix }) => path.endsWith(suffix))
  return file ? { path: path.slice(0, -file.suffix.length), file } : { path, file: null }
}
