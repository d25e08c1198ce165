"""Notebooks with parameters become executed notebooks and one ledger row each; what stands is not run again.

No formula and no district enters here.
"""

from seedmetrics.batch.jobs import Job, JobResult
from seedmetrics.batch.keys import fingerprint
from seedmetrics.batch.ledger import LedgerRow, append_result, latest_rows, read_ledger, still_valid
from seedmetrics.batch.limits import Limits
from seedmetrics.batch.parameters import check_parameters, declared_parameters
from seedmetrics.batch.runner import run_job, strip_run_marks
from seedmetrics.batch.schedule import run_batch
from seedmetrics.batch.warm import Warmth

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
