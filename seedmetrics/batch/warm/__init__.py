"""Kernels that start at once: a template process imports everything, and forks a kernel when asked for one."""

from seedmetrics.batch.warm.provisioner import WarmProvisioner, Warmth, kernels
from seedmetrics.batch.warm.template import Refused, Template, open_template, supported

__all__ = [
    "Refused",
    "Template",
    "WarmProvisioner",
    "Warmth",
    "kernels",
    "open_template",
    "supported",
]
