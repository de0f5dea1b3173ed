import { connect, type Connection } from '../db/connect.ts'
import type { Config } from '../config.ts'
import type { Logger } from '../runtime/log.ts'
import { openEngine, type Engine, type EngineStatus } from '../search/engine.ts'

/** The database and the search index, beside a running server or without one. */
export async function openIndex(
  config: Config,
  {
    log,
    keep,
    anew = false,
    onProgress,
  }: { log: Logger; keep: boolean; anew?: boolean; onProgress?: (status: EngineStatus) => void },
): Promise<{ connection: Connection; engine: Engine; close(): Promise<void> }> {
  const connection = await connect(config, { log, size: 4 })
  try {
    const engine = await openEngine(connection.db, {
      folder: config.searchFolder,
      keep,
      anew,
      log,
      ...(onProgress ? { onProgress } : {}),
    })
    return {
      connection,
      engine,
      async close() {
        await engine.close()
        await connection.close()
      },
    }
  } catch (error) {
    await connection.close()
    throw error
  }
}
