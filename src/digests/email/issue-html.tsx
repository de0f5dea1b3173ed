import { raw } from 'hono/html'
import type { IssuePaper } from '../issue.ts'
import { safeAddress } from './addresses.ts'
import { htmlOf, Link, mailDocument, Row, Ruled } from './document.tsx'
import { headNoteHtml } from './head-note.ts'
import {
  footerLinks,
  moreOf,
  nothingNew,
  PAPER_PLACES,
  PLACES,
  standfirst,
  whyItComes,
  type Frame,
} from './issue-frame.ts'
import { paragraphs } from './lines.ts'
import { ACCENT, DEEP, INK, MARGIN, RULE, SANS, SERIF, SOFT, WIDTH } from './look.ts'

/** The width of what is in a mail. */
const COLUMN = WIDTH - 2 * MARGIN
/** A picture that is higher would fill a screen. */
const TALLEST = 400
/** For the number of a paper. */
const NUMBERS = 40

const SMALL = `font:14px/1.45 ${SANS}`

/** An issue's HTML without its papers: `PLACES` are where they and the reader's addresses go. */
export function frameHtml(frame: Frame): string {
  return mailDocument({
    title: frame.subject,
    preheader: frame.preheader,
    children: (
      <>
        <Masthead frame={frame} />
        {frame.notes.length > 0 && (
          <Row top={16}>
            {frame.notes.map((note) => (
              <p class="s" style={`margin:0 0 4px;${SMALL};color:${SOFT}`}>
                {note}
              </p>
            ))}
          </Row>
        )}
        {frame.head && <HeadNote frame={frame} head={frame.head} />}
        {frame.shown > 0 ? (
          <Row top={22}>{raw(PLACES.top)}</Row>
        ) : (
          <Row top={22}>
            <p style="margin:0">{nothingNew(frame)}</p>
          </Row>
        )}
        {frame.shown > 1 && (
          <Row top={22}>
            <table role="presentation" width="100%" cellpadding={0} cellspacing={0} border={0}>
              {raw(PLACES.papers)}
            </table>
          </Row>
        )}
        <More frame={frame} />
        {frame.warnings.length > 0 && <SentEarlier frame={frame} />}
        <Footer frame={frame} />
      </>
    ),
  })
}

/** The site's name over the list's and the day's. */
function Masthead({ frame: { site, list, when } }: { frame: Frame }) {
  return (
    <Row top={24}>
      <p style={`margin:0 0 10px;font:bold 34px/1.1 ${SERIF};text-align:center`}>
        <Link url={site.origin} className="i" style={`color:${INK};text-decoration:none`}>
          {site.name}
        </Link>
      </p>
      <table
        role="presentation"
        class="t"
        width="100%"
        cellpadding={0}
        cellspacing={0}
        border={0}
        style={`border-top:3px solid ${INK};border-bottom:1px solid ${INK}`}
      >
        <tr>
          <td class="v" style="padding:7px 0">
            <h1 style={`margin:0;font:bold 18px/1.3 ${SERIF}`}>
              <Link url={list.url} className="i" style={`color:${INK};text-decoration:none`}>
                {list.title}
              </Link>
            </h1>
          </td>
          <td
            class="v s"
            align="right"
            style={`padding:7px 0 7px 16px;white-space:nowrap;${SMALL};color:${SOFT}`}
          >
            {when}
          </td>
        </tr>
      </table>
    </Row>
  )
}

function HeadNote({ frame, head }: { frame: Frame; head: NonNullable<Frame['head']> }) {
  return (
    <Row top={18}>
      <table role="presentation" width="100%" cellpadding={0} cellspacing={0} border={0}>
        <tr>
          <td
            class="d e i"
            style={`padding:14px 18px 6px;background-color:${DEEP};border-left:3px solid ${ACCENT};font:16px/1.5 ${SERIF};color:${INK}`}
          >
            <h2 class="s" style={`margin:0 0 6px;font:bold 14px/1.4 ${SANS};color:${SOFT}`}>
              {head.heading}
            </h2>
            {head.html === null
              ? paragraphs(head.text).map((paragraph) => <p style="margin:0 0 10px">{paragraph}</p>)
              : raw(headNoteHtml(head.html, { origin: frame.site.origin }))}
          </td>
        </tr>
      </table>
    </Row>
  )
}

function More({ frame }: { frame: Frame }) {
  const more = moreOf(frame)
  return (
    more && (
      <Row top={22}>
        <Ruled line={1} room={14}>
          <p style={`margin:0;font:16px/1.5 ${SANS}`}>
            {more.said !== null && `${more.said} `}
            <Link url={frame.list.url} className="a" style={`color:${ACCENT};font-weight:bold`}>
              {more.link}
            </Link>
          </p>
        </Ruled>
      </Row>
    )
  )
}

/** Of papers that were sent earlier, what was said since. */
function SentEarlier({ frame: { warnings } }: { frame: Frame }) {
  return (
    <Row top={26}>
      <Ruled line={1} room={12}>
        <h2 class="i" style={`margin:0;font:bold 18px/1.3 ${SERIF};color:${INK}`}>
          About papers in earlier emails
        </h2>
        {warnings.map(({ title, url, what, sentOn }) => (
          <p class="i" style={`margin:10px 0 0;font:16px/1.5 ${SERIF};color:${INK}`}>
            <strong class="a" style={`color:${ACCENT}`}>
              {what}:
            </strong>{' '}
            <Link url={url} className="i" style={`color:${INK}`}>
              <span dir="auto">{title}</span>
            </Link>
            <span class="s" style={`${SMALL};color:${SOFT}`}>
              {' '}
              (sent on {sentOn})
            </span>
          </p>
        ))}
      </Ruled>
    </Row>
  )
}

function Footer({ frame }: { frame: Frame }) {
  const why = whyItComes(frame)
  return (
    <Row top={30} bottom={32}>
      <Ruled line={3} room={14}>
        {why !== null && (
          <p class="s" style={`margin:0 0 8px;${SMALL};color:${SOFT}`}>
            {why}
          </p>
        )}
        {footerLinks(frame).map(({ name, url }) => (
          <p style={`margin:0;font:14px/26px ${SANS}`}>
            <Link url={url} className="s" style={`color:${SOFT}`}>
              {name}
            </Link>
          </p>
        ))}
      </Ruled>
    </Row>
  )
}

/** The first paper of an issue, over the whole width, with its picture or the sentence that says best what is new. */
export function topHtml(paper: IssuePaper): string {
  const { url, title, picture } = paper
  const sentence = standfirst(paper)
  return htmlOf(
    <>
      <Picture picture={picture} title={title} url={url} />
      <Warnings warnings={paper.warnings} />
      <h2 class="h" dir="auto" style={`margin:0;font:bold 30px/1.15 ${SERIF}`}>
        <Link url={url} className="i" style={`color:${INK};text-decoration:none`}>
          {title}
        </Link>
      </h2>
      {sentence !== null && (
        <p class="s" dir="auto" style={`margin:8px 0 0;font:italic 19px/1.4 ${SERIF};color:${SOFT}`}>
          {sentence}
        </p>
      )}
      <Facts paper={paper} />
      <Summary paper={paper} size={17} />
      <Links links={paper.links} />
    </>,
  )
}

/** Any other paper of an issue, as a row of the table of papers, after a place for its number. */
export function paperHtml(paper: IssuePaper): string {
  const line = `border-top:1px solid ${RULE};padding:16px 0`
  return htmlOf(
    <tr>
      <td class="n r s" width={NUMBERS} valign="top" style={`${line};font:20px/1.25 ${SERIF};color:${SOFT}`}>
        {PAPER_PLACES.rank}
      </td>
      <td class="r i" valign="top" style={`${line};font:16px/1.5 ${SERIF};color:${INK}`}>
        <Warnings warnings={paper.warnings} />
        <h2 dir="auto" style={`margin:0;font:bold 20px/1.25 ${SERIF}`}>
          <Link url={paper.url} className="i" style={`color:${INK};text-decoration:none`}>
            {paper.title}
          </Link>
        </h2>
        <Facts paper={paper} />
        <Summary paper={paper} size={16} />
        <Links links={paper.links} />
      </td>
    </tr>,
  )
}

/** What must be known before a paper is read. */
function Warnings({ warnings }: { warnings: string[] }) {
  if (warnings.length === 0) return null
  return (
    <p class="a" style={`margin:0 0 4px;font:bold 15px/1.4 ${SANS};color:${ACCENT}`}>
      {warnings.join(' · ')}
    </p>
  )
}

/** Who wrote it; what it is about, and when it came out; why it is there. */
function Facts({ paper: { by, topic, published, reason } }: { paper: IssuePaper }) {
  const facts = [topic, published ?? ''].filter((fact) => fact !== '').join(' · ')
  return (
    <>
      {(by !== '' || facts !== '') && (
        <p class="s" style={`margin:6px 0 0;${SMALL};color:${SOFT}`}>
          {by !== '' && <span dir="auto">{by}</span>}
          {by !== '' && facts !== '' && <br />}
          {facts}
        </p>
      )}
      {reason !== '' && <p style={`margin:4px 0 0;font:italic 15px/1.4 ${SERIF}`}>{reason}</p>}
    </>
  )
}

/** A summary, with its key sentence in bold if it tells it. */
function Summary({ paper: { summary, keySentence }, size }: { paper: IssuePaper; size: number }) {
  if (summary === null) return null
  const at = keySentence === null ? -1 : summary.indexOf(keySentence)
  const end = at + (keySentence?.length ?? 0)
  return (
    <p dir="auto" style={`margin:8px 0 0;font-size:${size}px`}>
      {at < 0 ? (
        summary
      ) : (
        <>
          {summary.slice(0, at)}
          <strong>{summary.slice(at, end)}</strong>
          {summary.slice(end)}
        </>
      )}
    </p>
  )
}

function Links({ links }: { links: IssuePaper['links'] }) {
  const safe = links.filter(({ url }) => safeAddress(url) !== null)
  if (safe.length === 0) return null
  return (
    <p style={`margin:6px 0 0;font:14px/26px ${SANS}`}>
      {safe.map(({ name, url }, i) => (
        <>
          {i > 0 && '\u2003'}
          <Link url={url} className="s" style={`color:${SOFT}`}>
            {name}
          </Link>
        </>
      ))}
    </p>
  )
}

/** A picture at its own address, not larger than it is. Its caption says what it shows; with pictures off nothing is missing. */
function Picture({ picture, title, url }: { picture: IssuePaper['picture']; title: string; url: string }) {
  const source = picture && safeAddress(picture.url)
  if (picture === null || source === null || !(picture.width > 0) || !(picture.height > 0)) return null
  const scale = Math.min(1, COLUMN / picture.width, TALLEST / picture.height)
  const width = Math.round(picture.width * scale)
  return (
    <div style="margin:0 0 14px">
      <Link url={url} className="i" style={`color:${INK}`}>
        <img
          src={source}
          alt={`Figure from “${title}”`}
          width={width}
          height={Math.round(picture.height * scale)}
          style={`display:block;width:100%;max-width:${width}px;height:auto;border:0;background-color:#fff;color:#1c1a17`}
        />
      </Link>
      {picture.caption !== '' && (
        <p class="s" dir="auto" style={`margin:6px 0 0;${SMALL};color:${SOFT}`}>
          {picture.caption}
        </p>
      )}
    </div>
  )
}
