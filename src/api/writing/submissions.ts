import { z } from 'zod'
import { RATE_LIMITS } from '../../accounts/rate-limits.ts'
import {
  LONGEST_SUBMISSION_NOTE,
  prepareSubmission,
  type PreparedSubmission,
} from '../../moderation/prepare-submission.ts'
import { submitPaper, type SubmitOutcome } from '../../moderation/submissions.ts'
import { addressPath } from '../../papers/identifiers.ts'
import { writeSubmittedNote } from '../../web/submit/write-submitted-note.ts'
import type { Site } from '../../web/site.ts'
import { acting, type Done } from '../operation.ts'
import { problem, type Problem, type ProblemKind } from '../problem.ts'
import { text } from '../shapes/paper.ts'

type Refusal = Extract<PreparedSubmission, { kind: 'refused' }>

const KINDS = {
  'long-note': 'refused',
  'no-identifier': 'refused',
  hidden: 'refused',
  unknown: 'refused',
  busy: 'unavailable',
  away: 'unavailable',
} as const satisfies Record<Refusal['why'], ProblemKind>

/** After so long a source that did not answer may be asked again. */
const RETRY_SECONDS = 30

function refusedAs({ why, reason }: Refusal): Problem {
  return problem(KINDS[why], reason, {
    parameter: why === 'long-note' ? 'note' : 'paper',
    ...(KINDS[why] === 'unavailable' ? { retryAfterSeconds: RETRY_SECONDS } : {}),
  })
}

const SubmissionShape = z
  .object({
    state: z
      .enum(['recorded', 'here', 'waiting'])
      .describe('`waiting`: a curator will review it; `here`: it was on this site already'),
    paper: z.string().nullable().describe('The id of the paper; null while it waits'),
    title: z.string(),
    url: z.string().nullable(),
  })
  .meta({ id: 'Submission' })

export const submitPaperHere = acting({
  id: 'submit_paper',
  method: 'POST',
  path: '/api/submissions',
  group: 'Submissions',
  summary: 'Submit a paper by its identifier',
  description:
    'It is looked up at arXiv or where its DOI is registered, which may take some seconds. The papers of new accounts wait for a curator (202). A note becomes your first comment, or your pick if you are a curator; on a paper that is here already it is not written.',
  scope: 'submit',
  limit: RATE_LIMITS.submit,
  status: 201,
  body: z.strictObject({
    paper: text(500).describe('An arXiv identifier, a DOI, or a link to either'),
    // A character can be two units of a text.
    note: text(2 * LONGEST_SUBMISSION_NOTE.reader)
      .default('')
      .describe('Why it is worth reading'),
  }),
  answer: SubmissionShape,
  async prepare({ site, signal }, { paper, note }) {
    const prepared = await prepareSubmission(site.db, {
      text: paper,
      note,
      reader: site.viewer.reader,
      sources: site.sources,
      now: site.now,
      signal,
    })
    return prepared.kind === 'refused' ? refusedAs(prepared) : { ok: true, with: prepared }
  },
  async run({ site, now }, _, prepared: Exclude<PreparedSubmission, Refusal>) {
    if (prepared.kind === 'here') {
      const { address, title } = prepared.paper
      return answer(site, { title, outcome: { kind: 'already-here', paperId: prepared.paper.id, address } })
    }
    const { reader } = site.viewer
    const { found, identifier, note } = prepared
    const outcome = await submitPaper(site.db, {
      found,
      identifier,
      readerId: reader.id,
      trusted: reader.trusted,
      note,
      now,
      timeZone: site.timeZone,
      writeNote: writeSubmittedNote({ reader, curators: site.accounts.curators, now }),
    })
    if (outcome.kind === 'recorded' || outcome.kind === 'already-here') site.changed('everything')
    return answer(site, { title: found.title, outcome })
  },
})

function answer(
  { origin }: Site,
  { title, outcome }: { title: string; outcome: SubmitOutcome },
): Done<z.input<typeof SubmissionShape>> {
  if (outcome.kind === 'waiting' || outcome.kind === 'already-waiting')
    return { ok: true, status: 202, body: { state: 'waiting', paper: null, title, url: null } }
  const isNew = outcome.kind === 'recorded'
  const { address: paper } = outcome
  return {
    ok: true,
    status: isNew ? 201 : 200,
    location: `/api${addressPath(paper)}`,
    body: { state: isNew ? 'recorded' : 'here', paper, title, url: origin + addressPath(paper) },
  }
}
