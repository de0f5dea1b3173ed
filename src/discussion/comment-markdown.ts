import MarkdownIt, { type StateCore, type Token } from 'markdown-it'
import { addressPath, paperAddress, parseIdentifier } from '../papers/identifiers.ts'
import { plainMath } from '../papers/tex/plain-math.ts'
import { addMathematics, type FormulaBudget } from './comment-math.ts'

/** In characters. */
export const LONGEST_COMMENT = 10_000

/** Text that is nested deeper, or has more lines, brackets or parts, is not prose and would take long to parse. */
const DEEPEST = 20
const MOST_LINES = 800
const MOST_BRACKETS = 800
const MOST_PARTS = 6_000
/** The characters that are looked at for where addresses end, if each of them is refused in the end. */
const MOST_IN_ADDRESSES = 60_000

const md = new MarkdownIt({
  html: false,
  linkify: true,
  breaks: true,
  xhtmlOut: true,
  maxNesting: 2 * DEEPEST,
})
// `model.py` and `README.md` are not addresses.
md.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false })
md.disable(['table', 'reference'])
md.validateLink = mayBeLinked
addMathematics(md)
// After all else: what is text by then is text.
md.core.ruler.push('own links', settleLinks)

const { escapeHtml } = md.utils
Object.assign(md.renderer.rules, {
  // A comment has no place in the outline of a page.
  heading_open: () => '<p><strong>',
  heading_close: () => '</strong></p>\n',
  fence: codeBlock,
  code_block: codeBlock,
})

/**
 * A comment as HTML flow content that is safe whatever the comment says: Markdown without images, tables and HTML;
 * formulas as MathML; arXiv identifiers as links to the papers here. If it is nested or longer than prose, it is shown
 * as typed.
 */
export function renderComment(markdown: string): string {
  const env: { budget: FormulaBudget } = { budget: { formulas: 60, characters: 3_000 } }
  const tokens = parse(markdown, env)
  return tokens === null ? plain(markdown) : md.renderer.render(tokens, md.options, env)
}

/**
 * A comment as plain text, for mails and feeds: without marks, formulas in plain characters, links as
 * `words (https://…)`. Links to papers here are their words, since an address without a site leads nowhere.
 */
export function commentAsText(markdown: string): string {
  const tokens = parse(markdown, {})
  return tokens === null ? markdown : blocksAsText(tokens)
}

/** How many outside links a comment has, as links or as text that other programs would turn into links. */
export function countLinks(markdown: string): number {
  const tokens = parse(markdown, {})
  if (tokens === null) return addressesIn(markdown)
  return tokens
    .flatMap((token) => (token.children === null ? [token] : token.children))
    .reduce((sum, token) => sum + linksIn(token), 0)
}

function linksIn(token: Token): number {
  if (token.type === 'link_open') return String(token.attrGet('href')).startsWith('/') ? 0 : 1
  return token.type === 'fence' || token.type.startsWith('code_') ? addressesIn(token.content) : 0
}

function addressesIn(text: string): number {
  return text.match(/https?:\/\//gi)?.length ?? 0
}

/** null if it is better shown as typed. */
function parse(markdown: string, env: Record<string, unknown>): Token[] | null {
  if (markdown.length > 2 * LONGEST_COMMENT) return null
  if (countOf(markdown, '\n') > MOST_LINES || countOf(markdown, '[') > MOST_BRACKETS) return null
  if (lengthInAddresses(markdown) > MOST_IN_ADDRESSES) return null
  const tokens = md.parse(markdown, env)
  let depth = 0
  let parts = 0
  for (const token of tokens) {
    for (const part of [token, ...(token.children ?? [])]) {
      depth += part.nesting
      if (depth > DEEPEST || ++parts > MOST_PARTS) return null
    }
  }
  return tokens
}

function countOf(text: string, character: string): number {
  return text.split(character).length - 1
}

function lengthInAddresses(text: string): number {
  let sum = 0
  let end = text.length
  // From the last: the white space that ends one is found on the way.
  for (let at = text.length - 1; at >= 0; at--) {
    if (/\s/.test(text.charAt(at))) end = at
    else if (text.startsWith('://', at)) sum += end - at
  }
  return sum
}

function plain(text: string): string {
  return `<p>${escapeHtml(text).replaceAll('\n', '<br />\n')}</p>\n`
}

function codeBlock(tokens: Token[], index: number): string {
  return `<pre><code>${escapeHtml(tokens[index]?.content ?? '')}</code></pre>\n`
}

/** Web and email addresses, but none that hides its host behind a user name. */
function mayBeLinked(address: string): boolean {
  if (!/^(?:https?:\/\/|mailto:)/i.test(address) || address.length > 2_000) return false
  const url = URL.parse(address)
  return url !== null && url.username === '' && url.password === ''
}

// --- Plain text ---

/** A list item or quotation that a block is in: what stands before its first line, and before the others. */
type Level = { marker: string; indent: string; isMarked: boolean }

function blocksAsText(tokens: Token[]): string {
  const levels: Level[] = []
  const numbers: (number | null)[] = []
  let text = ''
  let wasTight = false
  const say = (block: string, { isTight = false } = {}) => {
    const lines = block.split('\n').map((line) => levels.map(beforeLine).join('') + line)
    const gap = text === '' ? '' : isTight && wasTight ? '\n' : '\n\n'
    text += gap + lines.join('\n')
    wasTight = isTight
  }
  for (const [index, token] of tokens.entries()) {
    switch (token.type) {
      case 'bullet_list_open':
        numbers.push(null)
        break
      case 'ordered_list_open':
        numbers.push(Number(token.attrGet('start') ?? 1))
        break
      case 'list_item_open': {
        const number = numbers.pop() ?? null
        numbers.push(number === null ? null : number + 1)
        const marker = number === null ? '- ' : `${number}. `
        levels.push({ marker, indent: ' '.repeat(marker.length), isMarked: false })
        break
      }
      case 'blockquote_open':
        levels.push({ marker: '> ', indent: '> ', isMarked: false })
        break
      case 'bullet_list_close':
      case 'ordered_list_close':
        numbers.pop()
        break
      case 'list_item_close':
      case 'blockquote_close':
        levels.pop()
        break
      case 'inline':
        // The paragraphs of a list without blank lines are hidden.
        say(inlineAsText(token.children ?? []), { isTight: tokens[index - 1]?.hidden === true })
        break
      case 'formula':
        say(plainMath(token.content))
        break
      case 'fence':
      case 'code_block':
        say(token.content.trimEnd())
        break
      case 'hr':
        say('* * *')
        break
      default:
    }
  }
  return text
}

function beforeLine(level: Level): string {
  const before = level.isMarked ? level.indent : level.marker
  level.isMarked = true
  return before
}

function inlineAsText(children: Token[]): string {
  let text = ''
  let link: { href: string; from: number } | null = null
  for (const token of children) {
    switch (token.type) {
      case 'link_open':
        link = { href: String(token.attrGet('href')), from: text.length }
        break
      case 'link_close':
        if (link !== null) text = text.slice(0, link.from) + linkAsText(link.href, text.slice(link.from))
        link = null
        break
      case 'softbreak':
      case 'hardbreak':
        text += '\n'
        break
      case 'formula':
        text += plainMath(token.content)
        break
      default:
        text += token.content
    }
  }
  return text
}

function linkAsText(href: string, words: string): string {
  if (href.startsWith('/')) return words
  const address = href.replace(/^mailto:/i, '')
  const isBare = [address, md.normalizeLinkText(address)].includes(words.trim()) || words.trim() === ''
  return isBare ? address : `${words} (${address})`
}

// --- Links ---

const REL = 'nofollow ugc noopener'
const ARXIV_PAGE = /^https?:\/\/(?:www\.|export\.)?arxiv\.org\/(?:abs|pdf|html)\/[^?#]+$/i
const ARXIV_NAME =
  /(?<![\w/.-])arXiv:\s?((?:\d{4}\.\d{4,5}|[a-z-]{2,8}(?:\.[a-z]{2})?\/\d{7})(?:v\d{1,3})?)(?![\w/]|\.\d)/gi

function settleLinks(state: StateCore): void {
  for (const token of state.tokens) {
    if (token.children !== null) token.children = settleInline(token.children, state)
  }
}

function settleInline(children: Token[], state: StateCore): Token[] {
  const settled: Token[] = []
  let isInLink = false
  /** The text for a bare address. */
  let label: string | null = null
  for (const token of children) {
    switch (token.type) {
      case 'link_open': {
        isInLink = true
        const href = String(token.attrGet('href'))
        const isBare = token.markup === 'linkify' || token.markup === 'autolink'
        const own = isBare && ARXIV_PAGE.test(href) ? paperNamed(href) : null
        token.attrs = [
          ['href', own?.path ?? href],
          ['rel', REL],
        ]
        label = own?.label ?? null
        settled.push(token)
        break
      }
      case 'link_close':
        isInLink = false
        label = null
        settled.push(token)
        break
      case 'image':
        settled.push(...pictureLink(token, { state, isInLink }))
        break
      case 'text':
        if (label !== null) token.content = label
        settled.push(...(isInLink ? [token] : withPapersLinked(token.content, state)))
        break
      default:
        settled.push(token)
    }
  }
  return settled
}

/** The page here of a paper at arXiv. */
function paperNamed(text: string): { path: string; label: string } | null {
  const parsed = parseIdentifier(text)
  if (parsed?.identifier.scheme !== 'arxiv') return null
  const version = parsed.version === undefined ? '' : `v${parsed.version}`
  const address = paperAddress(parsed.identifier) + version
  return { path: addressPath(address), label: `arXiv:${address}` }
}

function withPapersLinked(text: string, state: StateCore): Token[] {
  const tokens: Token[] = []
  let end = 0
  for (const found of text.matchAll(ARXIV_NAME)) {
    const paper = paperNamed(found[1] ?? '')
    if (paper === null) continue
    tokens.push(textToken(text.slice(end, found.index), state), ...link(paper.path, found[0], state))
    end = found.index + found[0].length
  }
  return [...tokens, textToken(text.slice(end), state)]
}

/** A picture is not loaded from elsewhere: its description leads there. */
function pictureLink(token: Token, { state, isInLink }: { state: StateCore; isInLink: boolean }): Token[] {
  const source = String(token.attrGet('src'))
  const description = md.renderer.renderInlineAsText(token.children ?? [], md.options, state.env).trim()
  if (isInLink) return [textToken(description || 'picture', state)]
  return link(source, description || source, state)
}

function link(href: string, text: string, state: StateCore): Token[] {
  const open = new state.Token('link_open', 'a', 1)
  open.attrs = [
    ['href', href],
    ['rel', REL],
  ]
  return [open, textToken(text, state), new state.Token('link_close', 'a', -1)]
}

function textToken(text: string, state: StateCore): Token {
  const token = new state.Token('text', '', 0)
  token.content = text
  return token
}
