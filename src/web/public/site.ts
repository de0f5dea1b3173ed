import { makeLongFormulasReachable } from './long-formulas.ts'
import { PasskeyAdd, PasskeySignIn } from './passkeys.ts'
import { isPlainKey, PaperList } from './paper-list.ts'
import { ProofOfWork } from './proof-of-work.ts'
import { SearchBox } from './search-box.ts'
import { ThemeSwitch } from './theme-switch.ts'
import { VoteForm } from './vote-form.ts'

customElements.define('paper-list', PaperList)
customElements.define('passkey-add', PasskeyAdd)
customElements.define('passkey-sign-in', PasskeySignIn)
customElements.define('proof-of-work', ProofOfWork)
customElements.define('search-box', SearchBox)
customElements.define('theme-switch', ThemeSwitch)
customElements.define('vote-form', VoteForm)
makeLongFormulasReachable()

// Back to the list the reader came from, or to the front page.
document.addEventListener('keydown', (event) => {
  if (event.key !== 'u' || !isPlainKey(event) || document.querySelector('paper-list')) return
  if (document.referrer.startsWith(location.origin) && history.length > 1) history.back()
  else location.assign('/')
})
