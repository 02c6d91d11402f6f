"""What the computation notices about an operation's inputs, as rows of `computed.issue`."""

import json
from dataclasses import dataclass, field

Proof = list[dict[str, object]]


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of the inputs of an operation's period; `check_name` is one of data/reference/checks.toml."""

    check_name: str
    message: str
    prm: str | None = None
    role: str | None = None
    expected: float | None = None
    observed: float | None = None
    unit: str | None = None
    evidence: Proof = field(default_factory=list)

    def row(self, operation_id: str, period_start: object, period_end: object) -> dict[str, object]:
        """Return the fault as a row of `computed.issue`."""
        return {
            "check_name": self.check_name,
            "operation_id": operation_id,
            "prm": self.prm,
            "role": self.role,
            "period_start": period_start,
            "period_end": period_end,
            "expected": self.expected,
            "observed": self.observed,
            "unit": self.unit,
            "evidence": json.dumps(self.evidence, ensure_ascii=False) if self.evidence else None,
            "message": self.message,
        }
