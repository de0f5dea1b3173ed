import { SHAPES } from '../../../webhooks/shapes.ts'
import {
  listWebhooks,
  MOST_PAPERS,
  USUAL_PAPERS,
  type Webhook,
  type WebhookDraft,
} from '../../../webhooks/webhooks.ts'
import type { Form } from '../../forms/read-form.ts'
import { When } from '../../parts/when.tsx'
import type { Site } from '../../site.ts'
import { deskPage, forCurators } from '../parts.tsx'

/** `/desk/webhooks`: what is told to chats and programs elsewhere, and how that goes. */
export const showWebhooks = forCurators(async (site, c) => c.html(await webhooksPage(site)))

/** The page; with the form that was refused and why, or a secret that is shown this once. */
export async function webhooksPage(
  site: Site,
  {
    form = null,
    problem = null,
    secret = null,
  }: {
    form?: Form | null
    problem?: string | null
    secret?: { of: number; secret: string; isNew: boolean } | null
  } = {},
) {
  const webhooks = await listWebhooks(site.db)
  return deskPage(site, {
    title: 'Webhooks',
    path: '/desk/webhooks',
    children: (
      <>
        {secret !== null && <Secret secret={secret} webhook={webhooks.find(({ id }) => id === secret.of)} />}
        {webhooks.length === 0 ? (
          <p class="blank">
            Nothing is told elsewhere yet. A webhook posts new papers of a list or search to your group’s
            chat, or to a program.
          </p>
        ) : (
          <ul class="sources">
            {webhooks.map((webhook) => (
              <li id={`webhook-${webhook.id}`}>
                <WebhookLine site={site} webhook={webhook} />
              </li>
            ))}
          </ul>
        )}
        <section class="queue" aria-labelledby="add">
          <h2 id="add">Add a webhook</h2>
          {problem !== null && (
            <p class="notice problem" role="alert">
              {problem}
            </p>
          )}
          <div class="narrow">
            <AddForm site={site} form={form} />
          </div>
        </section>
      </>
    ),
  })
}

function Secret({
  secret: { secret, isNew },
  webhook,
}: {
  secret: { secret: string; isNew: boolean }
  webhook: Webhook | undefined
}) {
  return (
    <div class="notice" role="status">
      <p>
        {isNew
          ? `The webhook for ${webhook?.title ?? 'the list'} is added. Send a test to see that it works.`
          : `The webhook for ${webhook?.title ?? 'the list'} has a new secret. For a day its messages are signed with both.`}
      </p>
      <p>
        Programs can check by this secret that messages come from here. It is shown only this once; chats do
        not need it.
      </p>
      <p>
        <code class="secret">{secret}</code>
      </p>
    </div>
  )
}

function WebhookLine({ site, webhook }: { site: Site; webhook: Webhook }) {
  const { id, list, title, maskedTarget, shape, chat, pausedAt, lastTest, lastToldAt } = webhook
  const path = `/desk/webhooks/${id}`
  const shapeName = SHAPES.find((one) => one.shape === shape)?.name ?? shape
  return (
    <>
      <h2>
        <a href={list}>{title}</a> <span class="hint">to {shapeName}</span>
      </h2>
      <State site={site} webhook={webhook} />
      <p class="hint">
        {maskedTarget}
        {chat !== null && `, chat ${chat}`}
        {' · '}
        {whenInWords(webhook, site.timeZone)}
      </p>
      <p class="hint">
        {lastToldAt === null ? (
          'Nothing told yet.'
        ) : (
          <>
            Last told <When site={site} instant={lastToldAt} />.
          </>
        )}
        {lastTest !== null && (
          <>
            {' '}
            Last test <When site={site} instant={lastTest.at} />:{' '}
            {lastTest.failure === null ? 'it arrived.' : `it failed: ${lastTest.failure}.`}
          </>
        )}
      </p>
      <form class="act" method="post" action={`${path}/test`}>
        <button type="submit" class="button quiet">
          Send a test
        </button>
        {pausedAt === null ? (
          <button type="submit" class="button quiet" formaction={`${path}/pause`}>
            Pause
          </button>
        ) : (
          <button type="submit" class="button quiet" formaction={`${path}/pause/end`}>
            Resume
          </button>
        )}
        <button type="submit" class="button quiet" formaction={`${path}/secret`}>
          Replace secret
        </button>
        <button type="submit" class="button danger" formaction={`${path}/removal`}>
          Remove
        </button>
      </form>
    </>
  )
}

function State({
  site,
  webhook: { pausedAt, pauseReason, trouble, waiting },
}: {
  site: Site
  webhook: Webhook
}) {
  if (pausedAt !== null && pauseReason !== null)
    return (
      <p class="source-state resting">
        Paused itself <When site={site} instant={pausedAt} />: {pauseReason}. Resume it once this is fixed.
      </p>
    )
  if (pausedAt !== null)
    return (
      <p class="source-state paused">
        Paused <When site={site} instant={pausedAt} />
      </p>
    )
  if (trouble !== null && waiting !== null)
    return (
      <p class="source-state waiting">
        Not taken yet: {trouble}. {waiting.attempts === 1 ? '1 attempt' : `${waiting.attempts} attempts`}
        {waiting.dueAt > site.now() ? (
          <>
            , next <When site={site} instant={waiting.dueAt} />
          </>
        ) : (
          ', next now'
        )}
      </p>
    )
  return <p class="source-state well">Working</p>
}

function whenInWords({ list, atHour, most, leastHeat }: Webhook, timeZone: string): string {
  const what =
    list === '/'
      ? 'Each new edition'
      : leastHeat === null
        ? 'New papers'
        : `Papers with a heat of ${leastHeat} or more`
  const when =
    atHour === null
      ? list === '/'
        ? 'when it is complete'
        : 'as they come'
      : `at ${atHour}:00 (${timeZone})`
  return `${what}, ${when}, up to ${most} in a message.`
}

function AddForm({ site, form }: { site: Site; form: Form | null }) {
  const value = (name: string, usual = '') => form?.text(name) ?? usual
  const chosen = value('shape', 'slack')
  const hours = Array.from({ length: 24 }, (_, hour) => hour)
  return (
    <form class="form" method="post" action="/desk/webhooks">
      <label for="list">List or search on this site</label>
      <input
        id="list"
        name="list"
        type="text"
        required
        maxlength={2_000}
        autocomplete="off"
        spellcheck={false}
        value={value('list', '/')}
        aria-describedby="list-hint"
      />
      <p class="hint" id="list-hint">
        Its address: / (each edition), /papers/new, /papers/trending, /papers/top, /papers/picks,
        /topics/cs.CL, /authors/ada-lovelace, /papers?q=graphs, or that of a public collection.
      </p>
      <label for="shape">Where to</label>
      <select id="shape" name="shape">
        {SHAPES.map(({ shape, name }) => (
          <option value={shape} selected={shape === chosen}>
            {name}
          </option>
        ))}
      </select>
      <label for="target">Address that messages are posted to</label>
      <input
        id="target"
        name="target"
        type="url"
        required
        maxlength={2_000}
        autocomplete="off"
        spellcheck={false}
        value={value('target')}
        aria-describedby="target-hint"
      />
      <p class="hint" id="target-hint">
        As the chat gives it. For Telegram, https://api.telegram.org/bot with the bot’s token after it. Only
        its last letters are shown later.
      </p>
      <label for="chat">Chat (Telegram only)</label>
      <input
        id="chat"
        name="chat"
        type="text"
        maxlength={100}
        autocomplete="off"
        spellcheck={false}
        value={value('chat')}
        placeholder="-1001234567890 or @channel"
      />
      <label for="hour">When</label>
      <select id="hour" name="hour">
        <option value="" selected={value('hour') === ''}>
          As papers come
        </option>
        {hours.map((hour) => (
          <option value={String(hour)} selected={value('hour') === String(hour)}>
            Daily at {hour}:00 ({site.timeZone})
          </option>
        ))}
      </select>
      <label for="most">Papers in a message, at most</label>
      <input
        id="most"
        name="most"
        type="number"
        min={1}
        max={MOST_PAPERS}
        value={value('most', String(USUAL_PAPERS))}
      />
      <label for="least-heat">Least heat (trending and top papers only)</label>
      <input
        id="least-heat"
        name="least-heat"
        type="number"
        min={0}
        step="any"
        value={value('least-heat')}
        aria-describedby="least-heat-hint"
      />
      <p class="hint" id="least-heat-hint">
        A fresh vote adds 1, a pick 5; see <a href="/about/ranking">how papers are ranked</a>.
      </p>
      <button type="submit" class="button">
        Add webhook
      </button>
    </form>
  )
}

/** The webhook that a form describes. */
export function draftIn(form: Form): WebhookDraft {
  const number = (name: string) => (form.text(name).trim() === '' ? null : Number(form.text(name)))
  return {
    list: form.text('list'),
    target: form.text('target'),
    shape: form.text('shape'),
    chat: form.text('chat'),
    atHour: number('hour'),
    most: number('most') ?? USUAL_PAPERS,
    leastHeat: number('least-heat'),
  }
}
