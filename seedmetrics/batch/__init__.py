"""Notebooks with parameters become executed notebooks and one ledger row each; what stands is not run again.

No formula and no district enters here.
"""

from typing import TYPE_CHECKING

from seedmetrics.loading import on_demand

if TYPE_CHECKING:
    from seedmetrics.batch.jobs import Job, JobResult
    from seedmetrics.batch.keys import fingerprint
    from seedmetrics.batch.ledger import (
        LedgerRow,
        append_result,
        latest_rows,
        read_ledger,
        still_valid,
    )
    from seedmetrics.batch.limits import Limits
    from seedmetrics.batch.parameters import check_parameters, declared_parameters
    from seedmetrics.batch.runner import run_job, strip_run_marks
    from seedmetrics.batch.schedule import run_batch
    from seedmetrics.batch.warm import Warmth

# Loading on demand keeps what runs notebooks out of the process that their kernels are forked from.
_WHERE = {
    "Job": "jobs",
    "JobResult": "jobs",
    "LedgerRow": "ledger",
    "Limits": "limits",
    "Warmth": "warm",
    "append_result": "ledger",
    "check_parameters": "parameters",
    "declared_parameters": "parameters",
    "fingerprint": "keys",
    "latest_rows": "ledger",
    "read_ledger": "ledger",
    "run_batch": "schedule",
    "run_job": "runner",
    "still_valid": "ledger",
    "strip_run_marks": "runner",
}

__all__ = [
    "Job",
    "JobResult",
    "LedgerRow",
    "Limits",
    "Warmth",
    "append_result",
    "check_parameters",
    "declared_parameters",
    "fingerprint",
    "latest_rows",
    "read_ledger",
    "run_batch",
    "run_job",
    "still_valid",
    "strip_run_marks",
]

__getattr__, __dir__ = on_demand(__name__, _WHERE)
