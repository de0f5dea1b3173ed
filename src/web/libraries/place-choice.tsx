import type { ZoteroAccount, ZoteroPlace } from '../../libraries/zotero/account.ts'

/** What stands for a place in a form. */
export function placeValue({ library, collection }: ZoteroPlace): string {
  return collection === null ? library : `${library}/${collection}`
}

/** A choice of what to import from. */
export function PlaceChoice({ account }: { account: ZoteroAccount }) {
  return (
    <>
      <label for="place">Library or collection at Zotero</label>
      <select id="place" name="place">
        {account.places.map((place) => (
          <option value={placeValue(place)}>
            {place.collection !== null ? `My library: ${place.name}` : place.name}
            {place.library.startsWith('groups/') && ' (group)'}
          </option>
        ))}
      </select>
    </>
  )
}
