import 'hono/jsx'

declare module 'hono/jsx' {
  namespace JSX {
    interface IntrinsicElements {
      /** The browser's part of a list: keys, reading marks (public/paper-list.ts). */
      'paper-list': HTMLAttributes
      /** The browser's part of the search box: suggestions, keys, live results (public/search-box.ts). */
      'search-box': HTMLAttributes
      /** The switch between light and dark (public/theme-switch.ts). */
      'theme-switch': HTMLAttributes
    }
  }
}
