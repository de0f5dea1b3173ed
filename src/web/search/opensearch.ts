import type { Context } from 'hono'
import { html } from 'hono/html'
import { FEED_FORMATS, feedAddress } from '../../feeds/formats.ts'
import type { Site } from '../site.ts'

/** As much of a name as OpenSearch has room for. */
const LONGEST_NAME = 16
/** For feed readers; JSON Feed is no type that anything looks for here. */
const FEEDS = FEED_FORMATS.filter(({ suffix }) => suffix !== '.feed.json')

/** `/opensearch.xml`: how browsers and others search this site (OpenSearch 1.1). */
export function describeSearch(site: Site) {
  return async (c: Context) => {
    const name = Array.from(site.name).slice(0, LONGEST_NAME).join('').trim()
    const search = `${site.origin}/papers?q={searchTerms}`
    const body = await html`<?xml version="1.0" encoding="UTF-8"?>
      <OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">
        <ShortName>${name}</ShortName>
        <LongName>${site.name.slice(0, 48)}</LongName>
        <Description>${`Search the papers at ${site.name}`}</Description>
        <InputEncoding>UTF-8</InputEncoding>
        <OutputEncoding>UTF-8</OutputEncoding>
        <Image width="16" height="16" type="image/svg+xml">${site.origin}/favicon.svg</Image>
        <Url type="text/html" template="${`${search}&page={startPage?}`}" />
        ${FEEDS.map(({ type, suffix }) => html` <Url type="${type}" template="${feedAddress(search, suffix)}" /> `)}
        <Url
          type="application/x-suggestions+json"
          template="${site.origin}/papers/suggest?q={searchTerms}&amp;format=opensearch"
        />
        <Url
          type="application/opensearchdescription+xml"
          rel="self"
          template="${site.origin}/opensearch.xml"
        />
      </OpenSearchDescription> `
    return c.body(body.toString(), 200, {
      'content-type': 'application/opensearchdescription+xml; charset=utf-8',
    })
  }
}
