"""Harvests a provider with oaipmh-scythe, and says what came: python with_scythe.py BASE_URL ARGUMENTS_AS_JSON"""

import json
import sys

from oaipmh_scythe import Scythe

from told import tell

base, arguments = sys.argv[1], json.loads(sys.argv[2])
method = arguments.pop("http_method", "GET")
wanted = {
    "metadata_prefix": arguments["metadataPrefix"],
    "from_": arguments.get("from"),
    "until": arguments.get("until"),
    "set_": arguments.get("set"),
}
with Scythe(base, http_method=method) as scythe:
    tell(
        scythe.identify(),
        scythe.list_metadata_formats(),
        scythe.list_sets(),
        scythe.list_identifiers(**wanted),
        scythe.list_records(**wanted),
    )
