"""Reads daily papers with the official client and prints what it understood, as JSON."""

import json
import sys

from huggingface_hub import HfApi
from huggingface_hub.errors import HfHubHTTPError

PAPER = sys.argv[1]
OLD = sys.argv[2]
WORDS = sys.argv[3]
CURATOR = sys.argv[4]


def told(paper):
    fields = dict(paper.__dict__)
    fields["authors"] = [author.name for author in paper.authors or []]
    fields["submitted_by"] = paper.submitted_by and paper.submitted_by.__dict__
    for name in ("linked_models", "linked_datasets", "linked_spaces"):
        fields[name] = None if fields[name] is None else [one.id for one in fields[name]]
    return fields


api = HfApi()


def status_of(id):
    try:
        api.paper_info(id)
    except HfHubHTTPError as error:
        return error.response.status_code
    return 200


print(
    json.dumps(
        {
            "day": [told(paper) for paper in api.list_daily_papers(date="2026-01-14")],
            "week": [paper.id for paper in api.list_daily_papers(week="2026-W03", limit=1)],
            "second": [paper.id for paper in api.list_daily_papers(week="2026-W03", limit=1, p=1)],
            "month": [paper.id for paper in api.list_daily_papers(month="2026-01", sort="trending")],
            "picked": [paper.id for paper in api.list_daily_papers(submitter=CURATOR)],
            "found": [told(paper) for paper in api.list_papers(query=WORDS, limit=5)],
            "info": told(api.paper_info(PAPER)),
            "old": api.paper_info(OLD).id,
            "text": api.read_paper(PAPER),
            "unknown": status_of("2601.99999"),
        },
        default=str,
    )
)
