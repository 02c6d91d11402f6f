"""Bills of several time slots beside the curves: is each slot right, not only their total?"""

from energy_pipeline.reconciliation.slots.billed import points_of_several_slots
from energy_pipeline.reconciliation.slots.days import slot_days
from energy_pipeline.reconciliation.slots.findings import slot_facts, told_by_bill
from energy_pipeline.reconciliation.slots.verdict import SlotVerdicts, Told, judge_slots

__all__ = [
    "SlotVerdicts",
    "Told",
    "judge_slots",
    "points_of_several_slots",
    "slot_days",
    "slot_facts",
    "told_by_bill",
]
