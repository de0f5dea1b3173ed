"""Harvests a provider with sickle, and says what came: python with_sickle.py BASE_URL ARGUMENTS_AS_JSON"""

import json
import sys

from sickle import Sickle

from told import tell

base, arguments = sys.argv[1], json.loads(sys.argv[2])
method = arguments.pop("http_method", "GET")
sickle = Sickle(base, http_method=method)
tell(
    sickle.Identify(),
    sickle.ListMetadataFormats(),
    sickle.ListSets(),
    sickle.ListIdentifiers(**arguments),
    sickle.ListRecords(**arguments),
)
