"""The doctor: what is on, what is off, why, and what to do. The same checks as `leadlight doctor` for this portal."""

from __future__ import annotations

from flask import Response

from integration.admin.console.base import ConsoleParts, Page, Routes, Visit, render


def routes(parts: ConsoleParts) -> Routes:
    def show(visit: Visit) -> Response:
        checks = parts.diagnose(visit.portal_id)
        return render(
            visit,
            "doctor.html",
            title="Doctor",
            wrong=[check for check in checks if check.ok is False],
            hints=[check for check in checks if check.ok is None],
            good=[check for check in checks if check.ok],
            looked_at=parts.clock(),
        )

    return (Page("doctor", "doctor", show, menu="Doctor", position=40),)
