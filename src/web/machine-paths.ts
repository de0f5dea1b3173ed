/** Where harvesters ask (OAI-PMH), by GET or POST. A POST there only asks: whoever sends it, and from wherever, may. */
export const HARVESTED = '/oai'
