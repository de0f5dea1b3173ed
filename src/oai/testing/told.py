"""Says what a harvester brought home, as one JSON object."""

import json


def tell(identify, formats, sets, identifiers, records):
    print(
        json.dumps(
            {
                "name": identify.repositoryName,
                "deletedRecord": identify.deletedRecord,
                "formats": [one.metadataPrefix for one in formats],
                "sets": [one.setSpec for one in sets],
                "identifiers": [one.identifier for one in identifiers],
                "records": [
                    {
                        "identifier": record.header.identifier,
                        "datestamp": record.header.datestamp,
                        "sets": record.header.setSpecs,
                        "deleted": record.deleted,
                        "metadata": None if record.deleted else record.get_metadata(),
                    }
                    for record in records
                ],
            }
        )
    )
