"""Personal data: what may leave the house, and under which names."""

from energy_pipeline.privacy.export import export
from energy_pipeline.privacy.pseudonyms import PrivacyError, read_key

__all__ = ["PrivacyError", "export", "read_key"]
