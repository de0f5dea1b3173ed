import type { Context } from 'hono'
import { newChallenge, PROOF_BITS } from '../../accounts/proof-of-work.ts'
import { clientAddress } from '../sign-in/client-address.ts'
import type { Site } from '../site.ts'

/** A field that people do not see and robots fill in, named `website`. */
export function LeaveEmpty() {
  return (
    <div class="leave-empty" aria-hidden="true">
      <label for="website">Leave this empty</label>
      <input id="website" name="website" type="text" tabindex={-1} autocomplete="off" />
    </div>
  )
}

/** Work that a browser does before it sends the form, for the email address typed in it (accounts/proof-of-work.ts). */
export function EmailProof({ site, c, form }: { site: Site; c: Context; form: string }) {
  const challenge = newChallenge(
    { form, network: clientAddress(site, c) },
    { secret: site.accounts.secret, now: site.now() },
  )
  return (
    <proof-of-work data-bits={PROOF_BITS} data-about="email">
      <input type="hidden" name="challenge" value={challenge} />
      <input type="hidden" name="answer" value="" />
    </proof-of-work>
  )
}
