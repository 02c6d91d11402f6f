"""The jobs: landing, and everything that follows for some months."""

import dagster as dg

from assets.landing import files
from assets.mails import mails

RETRIED = {"dagster/max_retries": "2"}
"""Tag of the landings that start by themselves: nothing else would take up files that do not change any more."""

LANDING = dg.define_asset_job(
    "landing",
    selection=dg.AssetSelection.assets(files),
    description="Read what is new in the inbox.",
)

SENDING = dg.define_asset_job(
    "sending",
    selection=dg.AssetSelection.assets(mails),
    description="Send what was not sent: reports, refused files, deliveries missing at their deadline.",
)

MONTH = dg.define_asset_job(
    "month",
    selection=dg.AssetSelection.all() - dg.AssetSelection.assets(files),
    description="Recompute months from what has landed, publish, report.",
)
