"""What to claim: letters to the suppliers and to Enedis, and the workbooks to attach, made from the publication."""

from energy_pipeline.claims.read import Selection
from energy_pipeline.claims.write import ADDRESSEES, AddresseesError, Written, read_addressees, write_claims

__all__ = ["ADDRESSEES", "AddresseesError", "Selection", "Written", "read_addressees", "write_claims"]
