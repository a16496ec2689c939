"""What speaks for or against a finding beside its source's word: a mail check, a public register, the right web domain. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from integration.providers.ageing import freshness
from integration.providers.base import COMPANY_FIELDS, CRM_PROVIDER, Field, Finding
from integration.providers.likeness import agree
from integration.providers.questions import Weighing

_WORKS: Final = frozenset({"valid"})
_FAILS: Final = frozenset({"invalid", "disposable"})
_MAIL_CHECK_RATIO: Final = 0.8
"""What a check of the mailbox adds: as much as a second source that is right four times in five."""
_REGISTER_RATIO: Final = 0.5
_DOMAIN_RATIO: Final = 0.3
_REFUTED_RATIO: Final = 0.2
"""What is left of an address that was found not to work. It may still be what a person had a year ago, so it is not nothing."""


@dataclass(frozen=True)
class Check:
    """`adds`: how sure an independent witness of the value would be, 0 for none. `keeps`: what is left of the source's own certainty."""

    adds: float = 0.0
    keeps: float = 1.0
    works: bool = False
    fails: bool = False
    by_register: bool = False
    by_domain: bool = False


class Checks:
    """The checks among all findings about one subject."""

    def __init__(self, findings: Iterable[Finding], *, as_of: datetime, weighing: Weighing) -> None:
        every = list(findings)
        self._as_of = as_of
        self._weighing = weighing
        statuses = sorted(
            (one for one in every if one.field is Field.EMAIL_STATUS), key=lambda one: (one.seen_at, str(one.value), one.provider)
        )
        self._status_by_provider = {one.provider: one for one in statuses}
        self._last_status = statuses[-1] if statuses else None
        emails = [one.value for one in every if one.field is Field.EMAIL]
        self._one_address = all(agree(Field.EMAIL, emails[0], other) for other in emails)
        domains = [one for one in every if one.field is Field.DOMAIN]
        known = [one.value for one in domains if one.provider == CRM_PROVIDER]
        self._confirmed = {one.provider for one in domains if any(agree(Field.DOMAIN, one.value, own) for own in known)}

    def of(self, finding: Finding) -> Check:
        if finding.field is Field.EMAIL:
            return self._of_email(finding)
        if self._weighing.is_register(finding.provider):
            return Check(adds=_REGISTER_RATIO, by_register=True)
        if (
            finding.field in COMPANY_FIELDS
            and finding.field is not Field.DOMAIN
            and finding.provider in self._confirmed - {CRM_PROVIDER}
        ):
            return Check(adds=_DOMAIN_RATIO, by_domain=True)
        return Check()

    def _of_email(self, finding: Finding) -> Check:
        """A provider's check is about the address it gave itself; where all give one address, anybody's check is about that one."""
        status = self._status_by_provider.get(finding.provider) or (self._last_status if self._one_address else None)
        if status is None:
            return Check()
        fresh = freshness(Field.EMAIL_STATUS, status.seen_at, self._as_of)
        if status.value in _WORKS:
            return Check(adds=_MAIL_CHECK_RATIO * fresh, works=True)
        return Check(keeps=_REFUTED_RATIO, fails=True) if status.value in _FAILS else Check()
