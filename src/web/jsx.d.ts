import 'hono/jsx'

declare module 'hono/jsx' {
  namespace JSX {
    interface IntrinsicElements {
      /** The browser's part of a list: keys, reading marks (public/paper-list.ts). */
      'paper-list': HTMLAttributes
      /** The switch between light and dark (public/theme-switch.ts). */
      'theme-switch': HTMLAttributes
    }
  }
}
