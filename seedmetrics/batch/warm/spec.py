"""The kernel specification with which JupyterLab, papermill and others ask for a warm kernel by its name."""

import json
import sys
import tempfile
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager

from seedmetrics.batch.warm.provisioner import NAME

KERNEL = "seedmetrics"


def install_kernel(*, user: bool = False, prefix: str = "") -> Path:
    """
    Install the kernel ``seedmetrics``, which starts at once where kernels can be forked.

    Parameters
    ----------
    user : bool, default False
        For this user, whatever environment JupyterLab runs in; else for this environment.
    prefix : str, default ""
        Another environment's folder.

    Returns
    -------
    Path
        The specification's folder.
    """
    spec = {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "Python (seedmetrics, warm)",
        "language": "python",
        "metadata": {"debugger": True, "kernel_provisioner": {"provisioner_name": NAME}},
    }
    with tempfile.TemporaryDirectory() as folder:
        text = json.dumps(spec, indent=1) + "\n"
        (Path(folder) / "kernel.json").write_text(text, encoding="utf-8")
        where = {"user": True} if user else {"prefix": prefix or sys.prefix}
        made: str = KernelSpecManager().install_kernel_spec(folder, KERNEL, **where)
    return Path(made)
