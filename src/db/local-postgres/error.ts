/** A reason why the database in the data folder cannot be had, in one sentence that says what to do. */
export class LocalPostgresError extends Error {
  override name = 'LocalPostgresError'
}
