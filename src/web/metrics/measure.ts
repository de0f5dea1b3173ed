import type { Kysely } from 'kysely'
import type { Metric } from 'prom-client'
import { databaseFigures } from '../../db/database-figures.ts'
import { poolFigures } from '../../db/open.ts'
import type { Database } from '../../db/schema.ts'
import { digestFigures } from '../../digests/figures.ts'
import { mailFigures } from '../../mail/mail-figures.ts'
import { programVersion } from '../../runtime/program-version.ts'
import type { Troubles } from '../../runtime/troubles.ts'
import type { SearchIndex } from '../../search/search.ts'
import { openRecordTotals, quarantineFigures, taskFigures } from '../../sources/source-figures.ts'
import { webhookFigures } from '../../webhooks/webhook-figures.ts'
import { DURATION_BUCKETS, type RequestCounts } from './request-counts.ts'

/** What is measured. */
export type Measured = {
  db: Kysely<Database>
  index: Pick<SearchIndex, 'status'>
  troubles: Pick<Troubles, 'list'>
  requests: RequestCounts
  now: () => Date
}

/** All metrics in Prometheus's text format, with its content type. */
export type Metrics = { text: string; contentType: string }

/** However often it is asked, everything is measured at most this often, in milliseconds. */
const KEPT_MS = 5_000
/** What does not answer within so long is left out. */
const LONGEST_MS = 2_000

/**
 * Measures the running site. Whoever asks while it is measured waits for that, and shortly after gets the same: being
 * asked often costs nothing. What cannot be measured now is left out, and `broadsheet_up` says of which part that is so.
 */
export function openMetrics(measured: Measured): () => Promise<Metrics> {
  const totals = openRecordTotals(measured.db)
  let writer: ReturnType<typeof openWriter> | undefined
  let last: { at: number; metrics: Promise<Metrics> } | undefined
  async function measure(): Promise<Metrics> {
    // Loaded by the first who asks: the library would slow down every start.
    const write = await (writer ??= openWriter())
    return write(await measureAll(measured, totals))
  }
  return () => {
    const at = performance.now()
    if (last === undefined || at - last.at > KEPT_MS) {
      const metrics = measure()
      last = { at, metrics }
      metrics.catch(() => (last = undefined))
    }
    return last.metrics
  }
}

type Labels = Record<string, string>
/** Measurements of one name. */
type Family = {
  name: string
  help: string
  type: 'gauge' | 'counter' | 'histogram'
  values: { value: number; labels?: Labels; name?: string }[]
}

/** Writes measurements, with those of the process. */
async function openWriter(): Promise<(families: Family[]) => Promise<Metrics>> {
  const { collectDefaultMetrics, Registry } = (await import('prom-client')).default
  const defaults = new Registry()
  collectDefaultMetrics({ register: defaults })
  return async (families) => {
    const own = new Registry()
    for (const { name, help, type, values } of families) {
      const metric = {
        name,
        get: async () => ({
          name,
          help,
          type,
          aggregator: 'sum',
          values: values.map(({ name: metricName = name, value, labels = {} }) => ({
            metricName,
            value,
            labels,
          })),
        }),
      }
      // The library writes it; counting and keeping are done elsewhere.
      own.registerMetric(metric as unknown as Metric)
    }
    const texts = await Promise.all([own.metrics(), defaults.metrics()])
    return { text: texts.join('\n'), contentType: own.contentType }
  }
}

async function measureAll(
  { db, index, troubles, requests, now }: Measured,
  totals: ReturnType<typeof openRecordTotals>,
): Promise<Family[]> {
  const at = now()
  const [database, search, sources, mail, webhooks, digests] = await Promise.all([
    inTime(databaseFigures(db)),
    inTime(index.status()),
    inTime(
      Promise.all([taskFigures(db), quarantineFigures(db), totals({ now: at })]).then(
        ([tasks, quarantine, records]) => ({ tasks, quarantine, records }),
      ),
    ),
    inTime(mailFigures(db, { now: at })),
    inTime(webhookFigures(db)),
    inTime(digestFigures(db, { now: at })),
  ])
  const pool = poolFigures(db)
  return [
    gauge('broadsheet_build_info', 'The version that runs.', [
      { value: 1, labels: { version: programVersion() } },
    ]),
    gauge(
      'broadsheet_up',
      'Whether a part could be measured.',
      Object.entries({ database, search, sources, mail, webhooks, digests }).map(([part, figures]) => ({
        value: Number(figures !== null),
        labels: { part },
      })),
    ),
    gauge('broadsheet_troubles', 'What goes wrong and has not gone well since, as /healthz says.', [
      { value: troubles.list().length },
    ]),
    ...(database === null
      ? []
      : [
          gauge('broadsheet_database_size_bytes', 'The size of the database on the disk.', [
            { value: database.bytes },
          ]),
        ]),
    ...(pool === null
      ? []
      : [
          gauge('broadsheet_database_connections', 'Open connections for readers’ requests, by state.', [
            { value: pool.open - pool.idle, labels: { state: 'busy' } },
            { value: pool.idle, labels: { state: 'idle' } },
          ]),
          gauge('broadsheet_database_connections_max', 'The most connections for readers’ requests.', [
            { value: pool.most },
          ]),
          gauge('broadsheet_database_connection_waiters', 'Requests that wait for a connection.', [
            { value: pool.waiting },
          ]),
        ]),
    ...(search === null
      ? []
      : [
          gauge('broadsheet_search_papers', 'Papers that can be found.', [{ value: search.papers }]),
          gauge('broadsheet_search_vectors', 'Papers that can be found by meaning.', [
            { value: search.vectors },
          ]),
          gauge('broadsheet_search_segments', 'Segments of the search index.', [{ value: search.segments }]),
          gauge('broadsheet_search_trouble', 'Whether the search index cannot be kept on the disk.', [
            { value: Number(search.trouble !== null) },
          ]),
          ...(database === null
            ? []
            : [
                gauge(
                  'broadsheet_search_changes_behind',
                  'Changes of papers that the search index does not have yet.',
                  [{ value: search.upToDate ? 0 : Math.max(0, database.lastChange - search.through) }],
                ),
              ]),
        ]),
    ...(sources === null ? [] : sourceFamilies(sources)),
    ...(mail === null
      ? []
      : [
          gauge('broadsheet_mail_waiting', 'Emails in the queue.', [{ value: mail.waiting }]),
          gauge(
            'broadsheet_mail_oldest_waiting_seconds',
            'How long the oldest email in the queue has waited.',
            [{ value: mail.oldestSeconds }],
          ),
          gauge('broadsheet_mail_failed', 'Emails that were given up in the last 90 days.', [
            { value: mail.failed },
          ]),
        ]),
    ...(webhooks === null
      ? []
      : [
          gauge('broadsheet_webhooks', 'Webhooks, by state; `failed` are those that paused themselves.', [
            { value: webhooks.active, labels: { state: 'active' } },
            { value: webhooks.paused, labels: { state: 'paused' } },
            { value: webhooks.pausedByFailures, labels: { state: 'failed' } },
          ]),
          gauge('broadsheet_webhook_deliveries_waiting', 'Messages of webhooks that were not taken yet.', [
            { value: webhooks.waiting },
          ]),
        ]),
    ...(digests === null
      ? []
      : [
          gauge('broadsheet_subscribers', 'Addresses that get mail by subscription.', [
            { value: digests.subscribers },
          ]),
          gauge('broadsheet_digests', 'Digests that are not sent yet, by state.', [
            { value: digests.waiting, labels: { state: 'waiting' } },
            { value: digests.inDoubt, labels: { state: 'in_doubt' } },
          ]),
          gauge(
            'broadsheet_digest_oldest_waiting_seconds',
            'How long ago the first of the digests that wait was due.',
            [{ value: digests.oldestSeconds }],
          ),
        ]),
    ...requestFamilies(requests),
  ]
}

function sourceFamilies({
  tasks,
  quarantine,
  records,
}: {
  tasks: Awaited<ReturnType<typeof taskFigures>>
  quarantine: Awaited<ReturnType<typeof quarantineFigures>>
  records: Awaited<ReturnType<ReturnType<typeof openRecordTotals>>>
}): Family[] {
  const of = (value: (task: (typeof tasks)[number]) => number | null) =>
    tasks.flatMap((one) => {
      const measured = value(one)
      return measured === null ? [] : [{ value: measured, labels: { source: one.source, task: one.task } }]
    })
  return [
    gauge(
      'broadsheet_source_last_whole_run_timestamp_seconds',
      'When a source was last asked and answered in whole; absent while it never was.',
      of(({ lastWholeAt }) => lastWholeAt && lastWholeAt.getTime() / 1_000),
    ),
    gauge(
      'broadsheet_source_next_run_timestamp_seconds',
      'When a source is asked next.',
      of(({ nextAt }) => nextAt.getTime() / 1_000),
    ),
    gauge(
      'broadsheet_source_failures',
      'Runs in a row that were not whole.',
      of(({ failures }) => failures),
    ),
    gauge(
      'broadsheet_source_circuit_open',
      'Whether a source rests because it failed again and again.',
      of(({ circuitOpen }) => Number(circuitOpen)),
    ),
    gauge(
      'broadsheet_source_paused',
      'Whether somebody paused a source.',
      of(({ paused }) => Number(paused)),
    ),
    gauge(
      'broadsheet_source_quarantined_records',
      'Records in quarantine, counted up to 10,000 a source.',
      quarantine.map(({ source, records }) => ({ value: records, labels: { source } })),
    ),
    {
      name: 'broadsheet_source_records_total',
      help: 'Records that runs brought since these were first measured, by outcome.',
      type: 'counter',
      values: records.flatMap((sums) =>
        (
          [
            ['new', sums.new],
            ['updated', sums.updated],
            ['unchanged', sums.unchanged],
            ['passed_over', sums.passedOver],
            ['quarantined', sums.quarantined],
          ] as const
        ).map(([outcome, value]) => ({ value, labels: { source: sums.source, outcome } })),
      ),
    },
  ]
}

function requestFamilies(requests: RequestCounts): Family[] {
  const routes = [...requests.routes()].filter(([, { statuses }]) => statuses.size > 0)
  const name = 'broadsheet_http_request_duration_seconds'
  return [
    {
      name: 'broadsheet_http_requests_total',
      help: 'Requests that were answered, by kind of route and class of status.',
      type: 'counter',
      values: routes.flatMap(([route, { statuses }]) =>
        [...statuses].map(([status, value]) => ({ value, labels: { route, status } })),
      ),
    },
    {
      name: 'broadsheet_http_pages_at_hand_total',
      help: 'Requests that were answered with a page that was at hand.',
      type: 'counter',
      values: [{ value: requests.atHand() }],
    },
    {
      name,
      help: 'How long it took to answer a request, by kind of route.',
      type: 'histogram',
      values: routes.flatMap(([route, { durations, seconds }]) => {
        let sum = 0
        const buckets = durations.map((count, i) => ({
          name: `${name}_bucket`,
          labels: { le: i < DURATION_BUCKETS.length ? String(DURATION_BUCKETS[i]) : '+Inf', route },
          value: (sum += count),
        }))
        return [
          ...buckets,
          { name: `${name}_sum`, labels: { route }, value: seconds },
          { name: `${name}_count`, labels: { route }, value: sum },
        ]
      }),
    },
  ]
}

function gauge(name: string, help: string, values: Family['values']): Family {
  return { name, help, type: 'gauge', values }
}

/** Null for what fails or takes too long: the rest is worth knowing. */
async function inTime<T>(figures: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), LONGEST_MS)
  })
  try {
    return await Promise.race([figures.catch(() => null), late])
  } finally {
    clearTimeout(timer)
  }
}
