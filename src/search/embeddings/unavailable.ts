/**
 * Vectors can't be had for now, or at all with these settings; what can do without them goes on. The message is a
 * sentence for the operator.
 */
export class EmbeddingUnavailable extends Error {
  override name = 'EmbeddingUnavailable'
}
