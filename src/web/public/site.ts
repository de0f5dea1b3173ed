import { makeLongFormulasReachable } from './long-formulas.ts'
import { isPlainKey, PaperList } from './paper-list.ts'
import { SearchBox } from './search-box.ts'
import { ThemeSwitch } from './theme-switch.ts'

customElements.define('paper-list', PaperList)
customElements.define('search-box', SearchBox)
customElements.define('theme-switch', ThemeSwitch)
makeLongFormulasReachable()

// Back to the list one came from, or to the front page.
document.addEventListener('keydown', (event) => {
  if (event.key !== 'u' || !isPlainKey(event) || document.querySelector('paper-list')) return
  if (document.referrer.startsWith(location.origin) && history.length > 1) history.back()
  else location.assign('/')
})
