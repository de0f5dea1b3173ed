import { remember } from './memory.ts'

/** A button that switches between light and dark; the device remembers the choice. */
export class ThemeSwitch extends HTMLElement {
  connectedCallback() {
    const button = document.createElement('button')
    button.type = 'button'
    const update = () => {
      const next = isDark() ? 'Light' : 'Dark'
      button.title = `${next} theme`
      button.setAttribute('aria-label', `Switch to the ${next.toLowerCase()} theme`)
    }
    button.addEventListener('click', () => {
      const theme = isDark() ? 'light' : 'dark'
      document.documentElement.dataset['theme'] = theme
      remember('theme', theme)
      update()
    })
    darkByDevice.addEventListener('change', update)
    update()
    this.replaceChildren(button)
  }
}

const darkByDevice = matchMedia('(prefers-color-scheme: dark)')

function isDark(): boolean {
  const chosen = document.documentElement.dataset['theme']
  return chosen === undefined ? darkByDevice.matches : chosen === 'dark'
}
