"""Harvests a provider with sickle, and says what came: python with_sickle.py BASE_URL ARGUMENTS_AS_JSON"""

import json
import sys

from sickle import Sickle

base, arguments = sys.argv[1], json.loads(sys.argv[2])
method = arguments.pop("http_method", "GET")
sickle = Sickle(base, http_method=method)
identify = sickle.Identify()
records = [
    {
        "identifier": record.header.identifier,
        "datestamp": record.header.datestamp,
        "sets": record.header.setSpecs,
        "deleted": record.deleted,
        "metadata": None if record.deleted else record.get_metadata(),
    }
    for record in sickle.ListRecords(**arguments)
]
print(
    json.dumps(
        {
            "name": identify.repositoryName,
            "deletedRecord": identify.deletedRecord,
            "formats": [one.metadataPrefix for one in sickle.ListMetadataFormats()],
            "sets": [one.setSpec for one in sickle.ListSets()],
            "identifiers": [one.identifier for one in sickle.ListIdentifiers(**arguments)],
            "records": records,
        }
    )
)
