import { describe, expect, it } from 'vitest'
import { detectFormat } from './format.ts'

describe('the format of a file', () => {
  it.each([
    ['a.jsonl.gz', '{"id": "2505.01234", "title": "T"}\n', 'jsonl'],
    ['a', '\ufeff{"id": "2505.01234", "title": "T"}\n{', 'jsonl'],
    ['a.jsonl', '{"id": "2505.01234", "daily_date": "2026-01-01", "upvotes": 3}\n', 'huggingface'],
    ['daily_papers.json', '[\n {\n  "paper": {\n   "id": "2505.01234"', 'huggingface'],
    ['bibliography.json', '[\n {\n  "rank": 1,', null],
    ['a.json', '{\n "date": 1', null],
    ['a.xml', '<?xml version="1.0"?>\n<feed xmlns="http://www.w3.org/2005/Atom">', 'arxiv-atom'],
    ['a.xml', '<?xml version="1.0"?>\n<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">', 'arxiv-oai'],
    ['records', '<record><header>', 'arxiv-oai'],
    [
      'a.xml',
      '<?xml version=\'1.0\'?>\n<rss xmlns:arxiv="http://arxiv.org/schemas/atom" version="2.0">',
      'arxiv-atom',
    ],
    ['a', '<rdf:RDF xmlns:rdf="x"><channel>', 'arxiv-atom'],
    ['a', `{"id": "2505.01234", "title": "${'T'.repeat(6000)}", "upvotes": 3}\n`, 'huggingface'],
    ['a.jsonl', '{"id": "2505.01234", "title": "T", "paper": "a.pdf"}\n', 'jsonl'],
    ['a.html', '<!doctype html><html>', null],
    ['a.xml', '<?xml version="1.0"?><!-- no <feed> --><OAI-PMH>', 'arxiv-oai'],
    ['a.ris', '@article{lee,', 'bibtex'],
    ['a.bib', 'TY  - JOUR\nTI  - T\n', 'ris'],
    ['a.bib', '', 'bibtex'],
    ['a.ris', '', 'ris'],
    ['a', '\ufeffTY  - JOUR\r\nTI  - T\r\n', 'ris'],
    ['a.json', '[{"id":"x","type":"article-journal","title":"T"}]', 'csl'],
    ['a', '[\n{"id":"x","title":"T","DOI":"10.5555/a"}]', 'csl'],
    ['a', '% lakes\n@article{lee,', 'bibtex'],
    ['page.txt', 'new\n\nGet trending papers in your email inbox!', 'page'],
    ['-', 'new\n\nGet trending papers in your email inbox!', 'page'],
    ['-', 'something else', null],
    ['-', '', null],
  ])('%s beginning %j is %s', (name, head, format) => {
    expect(detectFormat({ name, head })).toBe(format)
  })
})
