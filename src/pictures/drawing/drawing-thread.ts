import { answerCalls } from '../../runtime/worker-thread.ts'
import { drawBadge, type Badge } from './badge.ts'
import { drawCard, type Card } from './card.ts'
import { openFaces } from './faces.ts'
import { openTypesetter } from './set-text.ts'

/** What can be asked of it. */
export type DrawingCalls = {
  badge: { question: Badge; answer: string }
  card: { question: Card; answer: Uint8Array }
}

const typesetter = openTypesetter(await openFaces())

answerCalls<DrawingCalls>({
  badge: (badge) => drawBadge(badge, typesetter),
  card: (card) => drawCard(card, typesetter),
})
