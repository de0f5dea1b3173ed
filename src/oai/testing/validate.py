"""Says what is wrong with answers by the schemas beside this file: a JSON array of answers comes in, an array of faults goes out."""

import json
import pathlib
import sys

from lxml import etree

here = pathlib.Path(__file__).parent
schema = etree.XMLSchema(etree.parse(str(here / "schemas" / "all.xsd")))
faults = []
for text in json.load(sys.stdin):
    try:
        schema.assertValid(etree.fromstring(text.encode()))
        faults.append(None)
    except (etree.DocumentInvalid, etree.XMLSyntaxError) as fault:
        faults.append(str(fault))
print(json.dumps(faults))
