"""What to claim: letters to the suppliers and to Enedis, and the workbooks to attach, made from the publication.

What was sent is noted in the home, and followed: settled, still due, or no longer found.
"""

from energy_pipeline.claims.follow import Euros, Followed, follow, known_corrections
from energy_pipeline.claims.read import Claim, Selection, read
from energy_pipeline.claims.sent import SENT, Sent, SentError, hide, noted, read_sent, record
from energy_pipeline.claims.write import ADDRESSEES, AddresseesError, Written, read_addressees, write_claims

__all__ = [
    "ADDRESSEES",
    "SENT",
    "AddresseesError",
    "Claim",
    "Euros",
    "Followed",
    "Selection",
    "Sent",
    "SentError",
    "Written",
    "follow",
    "hide",
    "known_corrections",
    "noted",
    "read",
    "read_addressees",
    "read_sent",
    "record",
    "write_claims",
]
