/** What one look at the way of mail found. */
export type Finding = {
  about:
    | 'sender'
    | 'server'
    | 'spf'
    | 'dkim'
    | 'dmarc'
    | 'alignment'
    | 'reverse'
    | 'tls'
    | 'replies'
    | 'links'
  /** `unknown`: it cannot be known from here, and may be well. */
  state: 'ok' | 'to do' | 'unknown'
  /** Sentences: what is so and, where there is something to do, what. */
  text: string
}

export function finding(about: Finding['about'], state: Finding['state'], text: string): Finding {
  return { about, state, text }
}

/** Where the DNS did not answer. */
export function unanswered(about: Finding['about'], name: string): Finding {
  return finding(about, 'unknown', `The DNS did not answer when asked for ${name}. Try again later.`)
}
