"""What went wrong with an agent, in words for people: each cause one error of the house."""

from __future__ import annotations

import os
from dataclasses import dataclass

from netwright.base.errors import (
    AuthenticationError,
    DeviceError,
    DeviceTimeoutError,
    DeviceUnreachableError,
    UnparsedAnswerError,
)
from netwright.device.endpoint import Endpoint
from netwright.device.snmp.refusal import Refusal
from netwright.device.snmp.usm import Report

RETRIES = 2
_BROKEN_THERE = "The agent is broken there; update it or leave that table out."


@dataclass(frozen=True, slots=True)
class Faults:
    """Errors about one endpoint."""

    endpoint: Endpoint

    @property
    def where(self) -> str:
        return f"{self.endpoint.host} port {self.endpoint.snmp_port}"

    def silent(self) -> DeviceTimeoutError:
        community = self.endpoint.credentials.snmp_user is None
        return DeviceTimeoutError(
            f"no SNMP answer from {self.where} to {RETRIES + 1} requests of"
            f" {self.endpoint.timeouts.snmp_s:g} s",
            subject=self.endpoint.device,
            remedy="Check the way there, that its agent runs, and the community or user."
            + (" A community that an agent does not know gets silence too." if community else ""),
        )

    def unheard(self, cause: Refusal) -> DeviceError:
        """Silence to SNMPv3: of an agent that is not there, or that drops what it can't decrypt."""
        if cause is Refusal.SILENT:
            return self.silent()
        if cause is Refusal.UNKNOWN_USER:
            return self.refused(cause)
        return AuthenticationError(
            f"{self.where} knows SNMP user {self.endpoint.credentials.snmp_user} and says nothing to its"
            " messages",
            subject=self.endpoint.device,
            remedy="Check the privacy password and protocol: an agent drops what it can't decrypt.",
        )

    def reported(self, report: Report) -> AuthenticationError:
        if report is Report.USER:
            return self.refused(Refusal.UNKNOWN_USER)
        if report is Report.DECRYPTION:
            return self.refused("it can't decrypt with the privacy password or protocol")
        if report is Report.LEVEL:
            return self.refused("it does not take this level of security for this user")
        if report is Report.TIME:
            return self.refused("its clock and ours do not come together")
        return self.refused(Refusal.KEYS)

    def refused(self, cause: str) -> AuthenticationError:
        known = self.endpoint.credentials
        return AuthenticationError(
            f"{self.where} refused SNMP user {known.snmp_user}: {cause}",
            subject=self.endpoint.device,
            remedy="Check the SNMPv3 user, its passwords and its protocols"
            f" (tried: {_level(self.endpoint)}).",
        )

    def no_credentials(self) -> AuthenticationError:
        return AuthenticationError(
            "no SNMP community and no SNMP user is stored for it",
            subject=self.endpoint.device,
            remedy="Store one with `netwright secret set`.",
        )

    def failed(self, what: str, word: str) -> UnparsedAnswerError:
        return UnparsedAnswerError(
            f"the agent ends {what} with {word}", subject=self.endpoint.device, remedy=_BROKEN_THERE
        )

    def endless(self, root: str, oid: str, count: int) -> UnparsedAnswerError:
        return UnparsedAnswerError(
            f"the SNMP walk of {root} goes in circles or has no end (at {oid} after {count} values)",
            subject=self.endpoint.device,
            remedy=_BROKEN_THERE,
        )

    def unreachable(self, error: OSError) -> DeviceUnreachableError:
        return DeviceUnreachableError(
            f"no SNMP agent at {self.where} ({_words(error)})",
            subject=self.endpoint.device,
            remedy="Check its management address and that its agent runs.",
        )

    def undecodable(self, error: Exception) -> UnparsedAnswerError:
        return UnparsedAnswerError(
            f"the SNMP answer from {self.where} could not be decoded ({type(error).__name__}: {error})",
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
