import { actByKey, isPlainKey, showKeys } from './keys.ts'
import { OwnTimeZone } from './own-time-zone.ts'
import { PaperDiscussion } from './discussion.ts'
import { makeLongFormulasReachable } from './long-formulas.ts'
import { PasskeyAdd, PasskeySignIn } from './passkeys.ts'
import { PaperList } from './paper-list.ts'
import { ProofOfWork } from './proof-of-work.ts'
import { RememberThis } from './remember-this.ts'
import { SearchBox } from './search-box.ts'
import { SeenPapers } from './seen-papers.ts'
import { SendNow } from './send-now.ts'
import { ThemeSwitch } from './theme-switch.ts'
import { ViewSwitch } from './view-switch.ts'
import { VoteForm } from './vote-form.ts'

customElements.define('own-time-zone', OwnTimeZone)
customElements.define('paper-discussion', PaperDiscussion)
customElements.define('paper-list', PaperList)
customElements.define('passkey-add', PasskeyAdd)
customElements.define('passkey-sign-in', PasskeySignIn)
customElements.define('proof-of-work', ProofOfWork)
customElements.define('remember-this', RememberThis)
customElements.define('search-box', SearchBox)
customElements.define('seen-papers', SeenPapers)
customElements.define('send-now', SendNow)
customElements.define('theme-switch', ThemeSwitch)
customElements.define('view-switch', ViewSwitch)
customElements.define('vote-form', VoteForm)
makeLongFormulasReachable()
// One page needs it.
if (document.querySelector('device-picks')) void import('./for-you-device.ts')

// On a narrow screen the sections scroll: the current one is to be seen.
const section = document.querySelector<HTMLElement>('.sections [aria-current]')
const sections = section?.closest('ul')
if (section && sections)
  sections.scrollLeft = section.offsetLeft - (sections.clientWidth - section.offsetWidth) / 2

const help = document.querySelector<HTMLElement>('.keys')
help?.removeAttribute('hidden')
help?.querySelector('button')?.addEventListener('click', showKeys)

document.addEventListener('keydown', (event) => {
  if (!isPlainKey(event)) return
  if (event.key === '?') showKeys()
  if (event.key === 'h') document.querySelector<ViewSwitch>('view-switch')?.toggle()
  // A list has keys of its own.
  const main = document.querySelector('main')
  if (!main || document.querySelector('paper-list')) return
  actByKey(event.key, main)
  if (event.key !== 'u') return
  // Back to the list the reader came from, or to the front page.
  if (document.referrer.startsWith(location.origin) && history.length > 1) history.back()
  else location.assign('/')
})
