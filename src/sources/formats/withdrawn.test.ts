import { expect, it } from 'vitest'
import { saysWithdrawn } from './withdrawn.ts'

it.each([
  'This paper has been withdrawn by the author due to an error in Lemma 2',
  'Withdrawn',
  'withdrawn by the authors',
  '12 pages, withdrawn due to a mistake',
  'Paper withdrawn: superseded by arXiv:2001.01234',
  'This submission is being withdrawn, see the journal',
  '3 figures; this article was temporarily withdrawn pending review',
  'This submission has been withdrawn by arXiv administrators',
  'This paper has been withdrawn from arXiv by the author',
  'Withdrawn from publication due to an error in Theorem 1',
  'Withdrawn from ICML 2023. This paper has been withdrawn by the authors due to an error',
  'This paper has been withdrawn; it is superseded by arXiv:2001.01234',
  'Withdrawn by the author because it is superseded by a longer paper',
  'Withdrawn because of an error in our submission',
  'The authors have withdrawn this paper',
  'We have withdrawn this paper because of a crucial error',
  'The author wishes to withdraw this submission',
  'paper temporarily withdrawn',
  '5 pages; withdrawn.',
  'An error in Lemma 2. Withdrawn',
  'This version withdrawn by arXiv administrators',
  'Submitted to Phys. Rev. Lett. This paper has been withdrawn due to a sign error',
])('the comment “%s” says that the paper is withdrawn', (comments) => {
  expect(saysWithdrawn({ comments })).toBe(true)
})

it.each([
  '12 pages, 3 figures',
  'We thank the reviewers; a claim was withdrawn from section 2',
  'An earlier version of this paper was withdrawn by the author; this one is corrected',
  'Replaces a previously submitted and withdrawn manuscript',
  'On money withdrawn at night, 3 pages',
  'Withdrawn from ICML 2023 and resubmitted to NeurIPS',
  'This paper was withdrawn from ICLR 2021 and has been resubmitted',
  'This submission has been withdrawn by the authors from AAAI-24; now at ACL',
  '12 pages, withdrawn from the conference due to visa problems',
  'Paper withdrawn from consideration at Nature; revised',
  'Withdrawn and resubmitted to JMLR',
  'Withdrawn ICLR 2020 submission',
  'Submitted to ICML 2020, withdrawn',
  'Submitted to ICLR 2021 but withdrawn',
  'Accepted at ICML but withdrawn due to visa issues',
  'ICLR 2021, withdrawn',
  'withdrawn after review from Nature',
  'Withdrawn at ICLR 2020',
  'Withdrawn from publication in Tides at the request of the authors and resubmitted',
  'We withdrew the paper from ICML',
  'Lemma 3 withdrawn due to an error',
  'v1 was withdrawn due to an error; this is corrected',
  'An older version of this article has been withdrawn',
  'Withdrawn claims in Section 3 are marked',
  'Supersedes a paper that was withdrawn from the journal Tides',
])('the comment “%s” does not', (comments) => {
  expect(saysWithdrawn({ comments })).toBe(false)
})

it('believes an abstract that opens with the notice', () => {
  const long = ' We study how bank notes flow through cities.'.repeat(30)
  expect(saysWithdrawn({ abstract: 'This paper has been withdrawn.' })).toBe(true)
  expect(saysWithdrawn({ abstract: `This paper has been withdrawn by the authors.${long}` })).toBe(true)
  expect(saysWithdrawn({ abstract: `The authors have withdrawn their manuscript.${long}` })).toBe(true)
  expect(saysWithdrawn({ abstract: `Withdrawn cash is a sign of crisis.${long}` })).toBe(false)
  expect(saysWithdrawn({ abstract: `We study money.${long} Half of it was withdrawn by the authors.` })).toBe(
    false,
  )
})
