import { expect, it } from 'vitest'
import { publicReason } from './waiting-sources.ts'

it.each([
  ['rss.arxiv.org does not answer (ECONNREFUSED)', 'rss.arxiv.org does not answer (ECONNREFUSED)'],
  ['rss.arxiv.org/rss/cs.CL is stale.', 'rss.arxiv.org/rss/cs.CL is stale'],
  ['https://user:pass@api.example/x?key=abc answered 403', 'api.example answered 403'],
  ['ENOENT: no such file, open /home/ada/drop/a.bib', 'ENOENT: no such file, open a file'],
  ['“/home/ada/My Papers” cannot be read', 'a file cannot be read'],
  ["open '/home/ada/My Papers/x.ris'", 'open a file'],
  ['C:\\papers\\x is gone', 'a file is gone'],
  ['~/drop is gone', 'a file is gone'],
  ['file:///srv/drop is gone', 'a file is gone'],
  ['api_key=abc123 was refused', 'api_key=… was refused'],
  ['Authorization: Bearer abc123', 'Authorization: a secret'],
  ['and/or 3/4 of 10 / 2', 'and/or 3/4 of 10 / 2'],
])('%s reads %s', (reason, told) => expect(publicReason(reason)).toBe(told))
