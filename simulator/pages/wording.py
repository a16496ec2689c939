"""Words for values: moments, choices, numbers and sources as a person would read them. Times are shown in UTC."""

from collections.abc import Mapping
from datetime import UTC, datetime

from simulator.crm.changes import Source
from simulator.crm.definitions import PropertyDefinition

_SOURCES = {
    "INTEGRATION": "App {id}",
    "CRM_UI": "A person in the portal ({id})",
    "IMPORT": "Import {id}",
    "API": "API {id}",
    "CALCULATED": "Calculated",
}


def parse_moment(text: str) -> datetime | None:
    """The moment of an ISO text or of milliseconds since 1970; None when it is neither."""
    try:
        if text.isascii() and text.isdigit():
            return datetime.fromtimestamp(int(text) / 1000, UTC)
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def word_moment(moment: datetime | None) -> str:
    """For example "21 Nov 2026, 14:05"; "" for None."""
    return f"{moment.day} {moment:%b %Y, %H:%M}" if moment else ""


def word_ms(at_ms: int) -> str:
    return word_moment(datetime.fromtimestamp(at_ms / 1000, UTC))


def word_source(source: Source, app_names: Mapping[str, str] | None = None) -> str:
    """Who wrote a value. `app_names`: by app id, for those whose name is known."""
    if source.label:
        return source.label
    if source.type == "INTEGRATION" and app_names and source.id in app_names:
        return app_names[source.id]
    pattern = _SOURCES.get(source.type, f"{source.type.replace('_', ' ').capitalize()} {{id}}")
    return pattern.format(id=source.id).replace(" ()", "").strip()


def word_value(value: str, definition: PropertyDefinition) -> str:
    """The value as shown: option labels, Yes or No, readable dates, grouped digits."""
    if definition.options:
        labels = {option.value: option.label for option in definition.options}
        return ", ".join(labels.get(part, part) for part in value.split(";"))
    if definition.type == "bool":
        return {"true": "Yes", "false": "No"}.get(value.lower(), value)
    if definition.type == "datetime":
        return word_moment(parse_moment(value)) or value
    if definition.type == "date":
        moment = parse_moment(value)
        return f"{moment.day} {moment:%b %Y}" if moment else value
    return _word_number(value) if definition.type == "number" else value


def _word_number(value: str) -> str:
    """Grouped digits from 10,000 on, so that years stay years; the value itself when it is no plain number."""
    whole, dot, fraction = value.partition(".")
    if not whole.isascii() or not whole.removeprefix("-").isdigit() or (dot and not fraction.isdigit()):
        return value
    return (f"{int(whole):,}" if abs(int(whole)) >= 10_000 else whole) + dot + fraction


def word_code(text: str) -> str:
    """A code such as NOT_STARTED as "Not started"."""
    return text.replace("_", " ").capitalize()
