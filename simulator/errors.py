"""HubSpot's error answer as an exception: families raise it, the application renders it.

Every field but status and message is optional in HubSpot's own answers, so readers of them must not rely on any.
Source: https://developers.hubspot.com/docs/api-reference/error-handling (read 2026-09).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Json = object


@dataclass(frozen=True)
class ErrorDetail:
    """One entry of `errors`: a sentence, a code and the names it is about (`context`)."""

    message: str
    code: str = ""
    context: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sub_category: str = ""

    def body(self) -> dict[str, Json]:
        """The entry as HubSpot writes it, empty fields left out."""
        entry: dict[str, Json] = {"message": self.message}
        if self.code:
            entry["code"] = self.code
        if self.sub_category:
            entry["subCategory"] = self.sub_category
        if self.context:
            entry["context"] = {name: list(values) for name, values in self.context.items()}
        return entry


class HubSpotError(Exception):
    """An answer that is not a success: HTTP status, category and sentence, with what HubSpot adds to them."""

    def __init__(
        self,
        status: int,
        category: str,
        message: str,
        *,
        errors: Sequence[ErrorDetail | Mapping[str, Json]] | None = None,
        context: Mapping[str, Sequence[str]] | None = None,
        sub_category: str | None = None,
        extra: Mapping[str, Json] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.category = category
        self.message = message
        self.errors = tuple(errors or ())
        self.context = {name: list(values) for name, values in (context or {}).items()}
        self.sub_category = sub_category
        self.extra = dict(extra or {})

    def body(self, correlation_id: str) -> dict[str, Json]:
        """The JSON object of the answer."""
        body: dict[str, Json] = {
            "status": "error",
            "message": self.message,
            "correlationId": correlation_id,
            **self._details(),
            "category": self.category,
        }
        return {**body, **self.extra}

    def entry(self, trace_id: str | None) -> dict[str, Json]:
        """The same error as one entry of a 207 answer's `errors`."""
        context = dict(self.context)
        if trace_id is not None:
            context["objectWriteTraceId"] = [trace_id]
        details = {name: value for name, value in self._details().items() if name != "context"}
        return {"status": "error", "category": self.category, "message": self.message, "context": context, **details}

    def _details(self) -> dict[str, Json]:
        details: dict[str, Json] = {}
        if self.errors:
            details["errors"] = [each.body() if isinstance(each, ErrorDetail) else dict(each) for each in self.errors]
        if self.context:
            details["context"] = self.context
        if self.sub_category:
            details["subCategory"] = self.sub_category
        return details


def validation_error(
    message: str,
    *,
    errors: Sequence[ErrorDetail] | None = None,
    context: Mapping[str, Sequence[str]] | None = None,
    sub_category: str | None = None,
) -> HubSpotError:
    """The 400 that HubSpot gives for input it cannot accept."""
    return HubSpotError(400, "VALIDATION_ERROR", message, errors=errors, context=context, sub_category=sub_category)


def not_found(message: str, *, context: Mapping[str, Sequence[str]] | None = None) -> HubSpotError:
    """The 404 of a record, property or group that is not there."""
    return HubSpotError(404, "OBJECT_NOT_FOUND", message, context=context)
