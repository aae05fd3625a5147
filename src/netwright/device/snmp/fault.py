"""What goes wrong with an agent, as errors that name the device and say what to do."""

from __future__ import annotations

import os
from dataclasses import dataclass

from gufo.snmp import SnmpError

from netwright.base.errors import (
    AuthenticationError,
    DeviceError,
    DeviceTimeoutError,
    DeviceUnreachableError,
    UnparsedAnswerError,
)
from netwright.device.endpoint import Endpoint


@dataclass(frozen=True, slots=True)
class Faults:
    """Errors about one agent."""

    endpoint: Endpoint

    @property
    def _where(self) -> str:
        return f"{self.endpoint.host} port {self.endpoint.snmp_port}"

    def silent(self, requests: int) -> DeviceTimeoutError:
        """``requests``: how many it did not answer."""
        community = self.endpoint.credentials.snmp_user is None
        return DeviceTimeoutError(
            f"no SNMP answer from {self._where} to {requests} requests of"
            f" {self.endpoint.timeouts.snmp_s:g} s",
            subject=self.endpoint.device,
            remedy="Check the way there, that its agent runs, and the community or user."
            + (" A community that an agent does not know gets silence too." if community else ""),
        )

    def undecipherable(self) -> AuthenticationError:
        """An SNMPv3 agent that knows the user and says nothing to its messages."""
        return AuthenticationError(
            f"{self._where} knows SNMP user {self.endpoint.credentials.snmp_user} and says nothing to its"
            " messages",
            subject=self.endpoint.device,
            remedy="Check the privacy password and protocol: an agent drops what it can't decrypt.",
        )

    def refusal(self, cause: str) -> AuthenticationError:
        return AuthenticationError(
            f"{self._where} refused SNMP user {self.endpoint.credentials.snmp_user}: {cause}",
            subject=self.endpoint.device,
            remedy="Check the SNMPv3 user, its passwords and its protocols"
            f" (tried: {_level(self.endpoint)}).",
        )

    def nobody(self) -> AuthenticationError:
        """Credentials without a word for SNMP."""
        return AuthenticationError(
            "no SNMP community and no SNMP user is stored for it",
            subject=self.endpoint.device,
            remedy="Store one with `netwright secret set`.",
        )

    def ended(self, what: str, error: object) -> UnparsedAnswerError:
        """An agent that answers with an error status."""
        return UnparsedAnswerError(
            f"the agent ends {what} with {error}",
            subject=self.endpoint.device,
            remedy="The agent is broken there; update it or leave that table out.",
        )

    def endless(self, root: str, oid: str, count: int) -> UnparsedAnswerError:
        return UnparsedAnswerError(
            f"the SNMP walk of {root} goes in circles or has no end (at {oid} after {count} values)",
            subject=self.endpoint.device,
            remedy="The agent is broken there; update it or leave that table out.",
        )

    def of(self, error: OSError | SnmpError) -> DeviceError:
        """The system's or the library's error, as ours."""
        if isinstance(error, OSError):
            return DeviceUnreachableError(
                f"no SNMP agent at {self._where} ({_words(error)})",
                subject=self.endpoint.device,
                remedy="Check its management address and that its agent runs.",
            )
        return self.undecodable(error)

    def undecodable(self, error: Exception) -> UnparsedAnswerError:
        return UnparsedAnswerError(
            f"the SNMP answer from {self._where} could not be decoded ({type(error).__name__}: {error})",
            subject=self.endpoint.device,
            remedy="Check what answers there.",
        )


def _level(endpoint: Endpoint) -> str:
    known = endpoint.credentials
    if known.snmp_auth is None:
        return "no authentication"
    words = f"{known.snmp_auth_protocol} authentication"
    return words + (
        f", {known.snmp_priv_protocol} privacy" if known.snmp_priv is not None else ", no privacy"
    )


def _words(error: OSError) -> str:
    """The system's words; asyncio puts its own in their place."""
    return os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
