import fc from 'fast-check'

/** The same examples in every run, so that a failure is the change's; FAST_CHECK_SEED looks for new ones. */
fc.configureGlobal({ seed: Number(process.env['FAST_CHECK_SEED'] ?? 20_250_708) })
