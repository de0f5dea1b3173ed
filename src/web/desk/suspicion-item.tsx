import { displayName } from '../../accounts/reader.ts'
import type { OpenSuspicion } from '../../moderation/open-suspicions.ts'
import { counted } from '../../moderation/subjects.ts'
import {
  maySuspend,
  type BurstEvidence,
  type RingEvidence,
  type SuspectVote,
} from '../../moderation/suspicions/evidence.ts'
import { addressPath } from '../../papers/identifiers.ts'
import { exactInstant } from '../parts/dates.ts'
import { When } from '../parts/when.tsx'
import type { Site } from '../site.ts'
import { CuratorForm } from './parts.tsx'

/** Votes that seem coordinated: who cast them, when and for which papers, and why that is unusual. */
export function SuspicionItem({ site, item }: { site: Site; item: OpenSuspicion }) {
  const { evidence } = item
  const path = `/desk/suspicions/${item.id}`
  const papers = evidence.kind === 'ring' ? evidence.papers : [evidence.paper]
  const title =
    evidence.kind === 'ring'
      ? `${counted(evidence.accounts.length, 'account')} voting together`
      : `${counted(evidence.figures.votes, 'vote')} within half an hour`
  return (
    <>
      <h3>{title}</h3>
      <p>
        {evidence.kind === 'ring' ? <RingWords evidence={evidence} /> : <BurstWords evidence={evidence} />}{' '}
        Found <When site={site} instant={item.foundAt} />.
      </p>
      <details open={evidence.accounts.length <= 12}>
        <summary>Accounts</summary>
        <table class="figures">
          <thead>
            <tr>
              <th scope="col">Account</th>
              <th scope="col">Created</th>
              <th scope="col" class="number">
                Votes in {evidence.kind === 'ring' ? 90 : 14} days
              </th>
            </tr>
          </thead>
          <tbody>
            {evidence.accounts.map((account) => (
              <tr>
                <td>
                  <Account id={account.readerId} item={item} />
                </td>
                <td>
                  <When site={site} instant={new Date(account.createdAt)} />
                </td>
                <td class="number">{account.votes}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
      <details open={papers.length <= 4 && evidence.accounts.length <= 12}>
        <summary>{papers.length === 1 ? 'Votes' : 'What they voted for, and when'}</summary>
        <ul class="evidence">
          {papers.map((paper) => (
            <li>
              <Paper paper={paper} item={item} />, {paper.theirs.length} of its {counted(paper.votes, 'vote')}
              <VoteTimes votes={paper.theirs} item={item} />
            </li>
          ))}
        </ul>
      </details>
      <CuratorForm
        actions={[
          { path: `${path}/dismissal`, name: 'Dismiss' },
          { path: `${path}/discount`, name: 'Discount these votes', danger: true },
          ...(maySuspend(evidence)
            ? [
                {
                  path: `${path}/suspension`,
                  name: 'Suspend the accounts and withdraw all their votes',
                  danger: true,
                },
              ]
            : []),
        ]}
        back="/desk?done"
        of={title}
      />
    </>
  )
}

function RingWords({ evidence: { figures, papers } }: { evidence: RingEvidence }) {
  return (
    <>
      These accounts agree on the {counted(papers.length, 'paper')} below, and cast {percent(figures.share)}{' '}
      of the votes for them. Of all that any two of them voted for, both voted for at least{' '}
      {percent(figures.likeness)}. The probability that honest readers agree so much is about 1 in 10
      <sup>{Math.min(99, Math.round(figures.surprise))}</sup>.
    </>
  )
}

function BurstWords({ evidence: { figures, from, to } }: { evidence: BurstEvidence }) {
  return (
    <>
      From {exactInstant(new Date(from))} to {exactInstant(new Date(to))}.{' '}
      {figures.because === 'young'
        ? `${figures.young} of these ${figures.votes} votes came from accounts less than a week old; on the rest of the site the share is ${percent(figures.youngUsually)}.`
        : `From the paper’s other votes and how busy the site was, about ${figures.expected.toFixed(1)} would be expected.`}
    </>
  )
}

function Account({ id, item: { readers } }: { id: string; item: OpenSuspicion }) {
  const reader = readers.get(id)
  if (!reader) return <>a former reader</>
  return (
    <>
      <a href={`/readers/${id}`}>{displayName(reader)}</a>
      {reader.suspended && <span class="state"> suspended</span>}
    </>
  )
}

function Paper({
  paper,
  item: { addresses },
}: {
  paper: { paperId: number; title: string }
  item: OpenSuspicion
}) {
  const address = addresses.get(paper.paperId)
  return address === undefined ? <>{paper.title}</> : <a href={addressPath(address)}>{paper.title}</a>
}

/** Votes in their order, each with the time since the first one. */
function VoteTimes({ votes, item: { readers } }: { votes: SuspectVote[]; item: OpenSuspicion }) {
  const [first] = votes
  if (!first) return null
  const name = (id: string) => {
    const reader = readers.get(id)
    return reader ? displayName(reader) : 'a former reader'
  }
  return (
    <p class="aside">
      {exactInstant(new Date(first.at))}:{' '}
      {votes
        .map(({ readerId, at }) => `${name(readerId)} +${minutes(Date.parse(at) - Date.parse(first.at))}`)
        .join(', ')}
    </p>
  )
}

function minutes(ms: number): string {
  const all = Math.round(ms / 60_000)
  if (all < 60) return `${all} min`
  return all < 1_440
    ? `${Math.floor(all / 60)} h ${all % 60} min`
    : `${Math.floor(all / 1_440)} d ${Math.floor((all % 1_440) / 60)} h`
}

function percent(part: number): string {
  return `${Math.round(part * 100)}%`
}
