import { answerCalls } from '../../runtime/worker-thread.ts'
import { readAnswer, type AnswerToRead } from './read-answer.ts'
import type { Reading } from './reading.ts'

/** What can be asked of it. */
export type ReadingCalls = { read: { question: AnswerToRead; answer: Reading } }

answerCalls<ReadingCalls>({ read: readAnswer })
