"""Kernels that start at once: a template process imports everything, and forks a kernel when asked for one."""

from typing import TYPE_CHECKING

from seedmetrics.loading import on_demand

if TYPE_CHECKING:
    from seedmetrics.batch.warm.provisioner import WarmProvisioner, Warmth, kernels
    from seedmetrics.batch.warm.template import Refused, Template, open_template, supported

_WHERE = {
    "Refused": "template",
    "Template": "template",
    "WarmProvisioner": "provisioner",
    "Warmth": "provisioner",
    "kernels": "provisioner",
    "open_template": "template",
    "supported": "template",
}

__all__ = [
    "Refused",
    "Template",
    "WarmProvisioner",
    "Warmth",
    "kernels",
    "open_template",
    "supported",
]

__getattr__, __dir__ = on_demand(__name__, _WHERE)
