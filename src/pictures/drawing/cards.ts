import { byline } from '../../papers/byline.ts'
import { categoryName } from '../../papers/categories.ts'
import { publishedText } from '../../papers/dates-in-words.ts'
import { warningsOf } from '../../papers/notices.ts'
import type { Paper } from '../../papers/paper.ts'
import { plainText } from '../../papers/plain-text.ts'
import type { Card } from './card.ts'

/** Whose cards they are. */
export type CardSite = { name: string; origin: string; timeZone: string }

/** What the card of a paper says. */
export function paperCard(paper: Paper, site: CardSite): Card {
  const { arxivId, doi, primaryCategory, published } = paper
  const topic = primaryCategory === null ? [] : [categoryName(primaryCategory)]
  return {
    siteName: site.name,
    host: hostOf(site),
    topic: [...warningsOf(paper), ...topic].join(' · '),
    title: plainText(paper.title),
    bylines: [3, 2, 1].map((mostNamed) => byline(paper, { mostNamed })),
    date: published === null ? '' : publishedText(published, { timeZone: site.timeZone }),
    identifier: arxivId === null ? (doi === null ? '' : `doi:${doi}`) : `arXiv:${arxivId}`,
  }
}

/** What the card of the site itself says, for all its other pages. */
export function siteCard(site: CardSite): Card {
  return {
    siteName: site.name,
    host: hostOf(site),
    topic: '',
    title: 'The front page of research',
    bylines: ['New papers, ranked by the people who read them'],
    date: '',
    identifier: hostOf(site),
  }
}

function hostOf({ origin }: CardSite): string {
  return URL.parse(origin)?.host ?? ''
}
