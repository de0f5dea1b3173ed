import { answerCalls } from '../../runtime/worker-thread.ts'
import { readLibraryFile, type LibraryFile } from './read-library-file.ts'

/** What can be asked of it. */
export type LibraryFileCalls = {
  read: { question: { name: string; bytes: Uint8Array }; answer: LibraryFile }
}

answerCalls<LibraryFileCalls>({ read: readLibraryFile })
