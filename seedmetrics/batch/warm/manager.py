"""Kernel manager and client for one notebook after another: sockets of their own, no waiting that serves nobody."""

import time
from queue import Empty
from typing import Any

import zmq
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from jupyter_client.manager import AsyncKernelManager
from traitlets import Type

# Between two looks at whether a kernel that says nothing is still alive.
LOOK = 1.0
# Milliseconds until a socket that nobody answers at is tried again: a kernel binds some fifty after it was asked for,
# and ZeroMQ would wait twice that.
TRY_AGAIN = 2
# A subscription that is in place hears of a request at once; one that is not yet is asked again.
HEARD = 0.05


class PromptChannel(AsyncZMQSocketChannel):
    """A channel that does not ask first whether there is a message, where it may wait for one as long as it takes."""

    async def get_msg(  # type: ignore[override]  # as its parent has it
        self, timeout: float | None = None
    ) -> dict[str, Any]:
        """Return the next message."""
        if timeout is None:
            found: dict[str, Any] = await self._recv()
            return found
        return await super().get_msg(timeout)


class PromptClient(AsyncKernelClient):
    """A client that is ready when kernel and subscription have answered, and not a fifth of a second later."""

    iopub_channel_class = Type(PromptChannel)

    def start_channels(self, *args: Any, **kwargs: Any) -> None:
        """Connect, again and again until the kernel is there; not to its heart, since its process is watched."""
        self.context.setsockopt(zmq.RECONNECT_IVL, TRY_AGAIN)
        super().start_channels(*args, **{"hb": False, **kwargs})

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """
        Wait until the kernel answers, and what it publishes is heard.

        Parameters
        ----------
        timeout : float, optional
            Seconds.

        Raises
        ------
        RuntimeError
            When the kernel died, or did not answer in time.

        Notes
        -----
        jupyter_client reads the published messages until none has come for 0.2 s. Here the last one that a
        request brings, the kernel being idle again, ends the wait: nothing of it is left to be read.
        """
        end = time.monotonic() + (float("inf") if timeout is None else timeout)
        while True:
            request = self.kernel_info()
            if await self._replied(request) and await self._idle(request):
                return
            if not await self.is_alive():
                msg = "Kernel died before replying to kernel_info"
                raise RuntimeError(msg)
            if time.monotonic() > end:
                msg = f"Kernel didn't respond in {timeout} seconds"
                raise RuntimeError(msg)

    async def _replied(self, request: str) -> bool:
        """Return whether the shell answers a request within a second."""
        try:
            while True:
                reply = await self.get_shell_msg(timeout=LOOK)
                if reply["parent_header"].get("msg_id") == request:
                    self._handle_kernel_info_reply(reply)
                    return True
        except Empty:
            return False

    async def _idle(self, request: str) -> bool:
        """Return whether the kernel is heard to be idle again after a request."""
        try:
            while True:
                message: dict[str, Any] = await self.get_iopub_msg(timeout=HEARD)
                ours = message["parent_header"].get("msg_id") == request
                if ours and message["content"].get("execution_state") == "idle":
                    return True
        except Empty:
            return False


class PromptManager(AsyncKernelManager):
    """A kernel manager with that client."""

    client_factory = Type(klass=AsyncKernelClient, default_value=PromptClient)

    def _client_factory_default(self) -> type:
        return PromptClient

    async def _async_wait(self, pollinterval: float = 0.1) -> None:  # noqa: ARG002  # as its parent has it
        """Wait for the kernel's end as its provisioner can, which need not be by asking ten times a second."""
        if self.provisioner is not None:
            await self.provisioner.wait()
