"""Registry of the warehouse's tables: each table and each column once.

`landing` holds what the files say, `computed` the dense arrays, `marts` what readers use. From here come the DDL
(`ddl`), the pandera schemas (`schemas`) and the data dictionary (`dictionary`).
"""

from energy_pipeline.tables import computed, landing, marts
from energy_pipeline.tables.model import Column, Table

ALL_TABLES: tuple[Table, ...] = landing.TABLES + computed.TABLES + marts.TABLES
PRIVATE_TABLES: tuple[Table, ...] = tuple(table for table in ALL_TABLES if table is not marts.CURVE)
"""Tables of the private warehouse: `marts.curve` is made of `computed.curve` when it is published."""

__all__ = ["ALL_TABLES", "PRIVATE_TABLES", "Column", "Table", "computed", "landing", "marts"]
