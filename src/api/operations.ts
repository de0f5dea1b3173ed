import type { Operation } from './operation.ts'
import { getPaper, listDailyPapers, searchPapers } from './reading/papers.ts'

/** All that programs and models can do here. */
export const OPERATIONS: readonly Operation[] = [listDailyPapers, searchPapers, getPaper]
