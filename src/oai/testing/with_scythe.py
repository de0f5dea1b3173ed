"""Harvests a provider with oaipmh-scythe, and says what came: python with_scythe.py BASE_URL ARGUMENTS_AS_JSON"""

import json
import sys

from oaipmh_scythe import Scythe

base, arguments = sys.argv[1], json.loads(sys.argv[2])
method = arguments.pop("http_method", "GET")
wanted = {
    "metadata_prefix": arguments["metadataPrefix"],
    "from_": arguments.get("from"),
    "until": arguments.get("until"),
    "set_": arguments.get("set"),
}
with Scythe(base, http_method=method) as scythe:
    identify = scythe.identify()
    records = [
        {
            "identifier": record.header.identifier,
            "datestamp": record.header.datestamp,
            "sets": record.header.setSpecs,
            "deleted": record.deleted,
            "metadata": None if record.deleted else record.get_metadata(),
        }
        for record in scythe.list_records(**wanted)
    ]
    print(
        json.dumps(
            {
                "name": identify.repositoryName,
                "deletedRecord": identify.deletedRecord,
                "formats": [one.metadataPrefix for one in scythe.list_metadata_formats()],
                "sets": [one.setSpec for one in scythe.list_sets()],
                "identifiers": [one.identifier for one in scythe.list_identifiers(**wanted)],
                "records": records,
            }
        )
    )
