/**
 * The clocks of an installation's machines, and of a request and its neighbour, may differ by so much. A stored time that
 * lies further ahead of where it can lie was written before the clock was set back, and holds nobody up.
 */
export const CLOCKS_DIFFER_MS = 60_000
