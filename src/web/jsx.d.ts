import 'hono/jsx'

declare module 'hono/jsx' {
  namespace JSX {
    interface IntrinsicElements {
      /** The browser's part of voting (public/vote-form.ts). */
      'vote-form': HTMLAttributes
      /** Work that shows a form was not sent by the thousand (public/proof-of-work.ts). */
      'proof-of-work': HTMLAttributes
      /** A choice of time zones that begins with the reader's own (public/own-time-zone.ts). */
      'own-time-zone': HTMLAttributes
      /** Signing in with a passkey, and adding one (public/passkeys.ts). */
      'passkey-sign-in': HTMLAttributes
      'passkey-add': HTMLAttributes
      /** A reader's picks on their own device (public/for-you-device.ts). */
      'device-picks': HTMLAttributes
      /** The browser's part of a discussion: replies in place, previews (public/discussion.ts). */
      'paper-discussion': HTMLAttributes
      /** The browser's part of a list: keys, reading marks (public/paper-list.ts). */
      'paper-list': HTMLAttributes
      /** Tells the site what its reader looks at, where they allow it (public/remember-this.ts). */
      'remember-this': HTMLAttributes
      /** The browser's part of the search box: suggestions, keys, live results (public/search-box.ts). */
      'search-box': HTMLAttributes
      /** Tells which papers came into view (public/seen-papers.ts). */
      'seen-papers': HTMLAttributes
      /** A form that is sent as soon as it is shown (public/send-now.ts). */
      'send-now': HTMLAttributes
      /** The switch between whole stories and headlines (public/view-switch.ts). */
      'view-switch': HTMLAttributes
      /** The switch between light and dark (public/theme-switch.ts). */
      'theme-switch': HTMLAttributes
    }
  }
}
