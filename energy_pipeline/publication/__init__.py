"""The copy of the marts that readers open."""

from energy_pipeline.publication.curves import start_afresh
from energy_pipeline.publication.publish import is_outdated, publish
from energy_pipeline.publication.versions import FOLDER_MODE, keep_only_current, put_in_place

__all__ = ["FOLDER_MODE", "is_outdated", "keep_only_current", "publish", "put_in_place", "start_afresh"]
