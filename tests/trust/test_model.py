"""After any interleaving of our runs, human edits, merges and undos the account equals the model; and an undo nobody came between is exact."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integration.db.embedded import EmbeddedPostgres
from integration.db.session import Database
from integration.pipeline.policy import OWN_PREFIX
from tests.contract.hubspot.stand import Stand, build_stand, running_simulator
from tests.trust.account import FIELDS, TrustAccount
from tests.trust.model import SURE, UNSURE, AccountModel, RuleSpec, Said, Who

RECORDS = ("alder", "birch")
VALUES = {
    "linkedin_company_page": ("https://www.linkedin.com/company/sample-one", "https://www.linkedin.com/company/sample-two"),
    "city": ("Sampleton", "Mockford", "Testbury"),
    "state": ("Sample State", "Mock State"),
    "description": ("Makes samples.", "Makes other samples."),
}


@dataclass(frozen=True)
class Edit:
    """Somebody else sets or (value "") clears fields."""

    record: str
    values: Mapping[str, str]
    who: Who


@dataclass(frozen=True)
class Run:
    """Providers say this of one record, and our pipeline passes over it."""

    record: str
    said: Mapping[str, Said]


@dataclass(frozen=True)
class UndoRun:
    """The run that lies so many back is undone; runs of undos count too."""

    back: int


@dataclass(frozen=True)
class UndoRecord:
    record: str


@dataclass(frozen=True)
class UndoProvider:
    """Undo everything the provider gave, on all records."""


@dataclass(frozen=True)
class Merge:
    survivor: str
    gone: str


Step = Edit | Run | UndoRun | UndoRecord | UndoProvider | Merge


def _edits() -> st.SearchStrategy[Edit]:
    values = {name: st.sampled_from((*values, "")) for name, values in VALUES.items()}
    people_twice = st.sampled_from(("person", "person", "import", "app"))
    return st.builds(Edit, st.sampled_from(RECORDS), st.fixed_dictionaries({}, optional=values), people_twice)


def _runs() -> st.SearchStrategy[Run]:
    said = {
        name: st.builds(Said, st.sampled_from(values), st.sampled_from((UNSURE, SURE)), st.booleans())
        for name, values in VALUES.items()
    }
    return st.builds(Run, st.sampled_from(RECORDS), st.fixed_dictionaries(said))


def _steps() -> st.SearchStrategy[list[Step]]:
    """Runs, edits and undos of runs more often than the rest: what goes wrong goes wrong between them."""
    kinds: dict[str, st.SearchStrategy[Step]] = {
        "run": _runs(),
        "edit": _edits(),
        "undo": st.builds(UndoRun, st.integers(0, 2)),
        "undo_record": st.builds(UndoRecord, st.sampled_from(RECORDS)),
        "undo_provider": st.just(UndoProvider()),
        "merge": st.builds(Merge, st.sampled_from(RECORDS), st.sampled_from(RECORDS)),
    }
    kind = st.sampled_from(("run", "run", "run", "run", "edit", "edit", "undo", "undo", "undo_record", "undo_provider", "merge"))
    return st.lists(kind.flatmap(lambda name: kinds[name]), min_size=8, max_size=16)


_RULE = st.builds(
    RuleSpec,
    st.sampled_from(("always", "if_newer", "if_more_certain", "if_blank", "never")),
    st.sampled_from((False, False, False, True)),
    st.booleans(),
)
_RULES = st.fixed_dictionaries(dict.fromkeys(FIELDS, _RULE))


@pytest.fixture(scope="module")
def stand(postgres: EmbeddedPostgres, template_database: str) -> Iterator[Stand]:
    name = f"trust_{template_database}"
    postgres.ensure_database(name, template=template_database)
    database = Database(postgres.url(name))
    with running_simulator() as simulator:
        yield build_stand(simulator, database, read_timeout_s=30)
    database.close()
    postgres.drop_database(name)


@dataclass
class Play:
    """Does each step to the account and to the model."""

    account: TrustAccount
    model: AccountModel
    ids: dict[str, str] = field(default_factory=dict)
    runs: list[str] = field(default_factory=list)
    """The product's ids of all runs, undos among them; the model knows each by its place here."""
    before: dict[int, dict[str, dict[str, str]]] = field(default_factory=dict)
    quiet_since: int | None = None
    """The place of the newest run, as long as nothing else has happened since."""
    now: int = 0
    """Steps done so far: the model's clock."""

    def begin(self) -> None:
        for record in RECORDS:
            self.ids[record] = self.account.add(record)
            self.model.add(record)

    def do(self, step: Step) -> None:
        self.now += 1
        match step:
            case Edit(record, values, who) if record in self.ids:
                self.quiet_since = None
                self.account.set_by_others(self.ids[record], values, who)
                for name, value in values.items():
                    self.model.records[record][name].set_by_others(value, who, self.now)
            case Run(record, said) if record in self.ids:
                self._run(record, said)
            case UndoRun(back) if back < len(self.runs):
                self._undo_run(len(self.runs) - 1 - back)
            case UndoRecord(record) if record in self.ids:
                self.quiet_since = None
                undo = self.account.undo_record(self.ids[record])
                for found in self.model.records[record].values():
                    found.undo_all(len(self.runs), self.now)
                self.runs += [undo] if undo else []
            case UndoProvider():
                self.quiet_since = None
                undo = self.account.undo_provider()
                for fields in self.model.records.values():
                    for found in fields.values():
                        found.undo_provider(len(self.runs), self.now)
                self.runs += [undo] if undo else []
            case Merge(survivor, gone) if survivor != gone and survivor in self.ids and gone in self.ids:
                self.quiet_since = None
                self.account.merge(self.ids[survivor], self.ids.pop(gone))
                self.model.merge(survivor, gone, self.now)
            case _:
                return
        self.compare(step)

    def _run(self, record: str, said: Mapping[str, Said]) -> None:
        place = len(self.runs)
        self.before[place] = self.everything()
        self.runs.append(self.account.run({self.ids[record]: said}))
        for name, one in said.items():
            self.model.records[record][name].run(place, self.model.rules[name], one, self.now)
        self.quiet_since = place

    def _undo_run(self, place: int) -> None:
        undo_place, is_exact = len(self.runs), place == self.quiet_since
        earlier = self.everything()
        undo = self.account.undo_run(self.runs[place])
        for fields in self.model.records.values():
            for found in fields.values():
                found.undo_run(place, undo_place, self.now)
        if is_exact:
            assert self.everything() == self.before[place], "an undo that nobody came between is exact, our own properties included"
        if undo is None:
            self.quiet_since = None
            return
        self.runs.append(undo)
        self.before[undo_place] = earlier
        self.quiet_since = undo_place

    def everything(self) -> dict[str, dict[str, str]]:
        return {
            record: {
                name: value
                for name, value in self.account.values(object_id).items()
                if name in FIELDS or name.startswith(OWN_PREFIX)
            }
            for record, object_id in self.ids.items()
        }

    def compare(self, step: Step) -> None:
        standing = {
            record: {name: self.account.values(object_id).get(name, "") for name in FIELDS}
            for record, object_id in self.ids.items()
        }
        assert standing == self.model.values(), f"after {step}"


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(rules=_RULES, steps=_steps())
def test_the_account_always_equals_the_model(stand: Stand, rules: Mapping[str, RuleSpec], steps: list[Step]) -> None:
    play = Play(TrustAccount(stand, rules), AccountModel(rules))
    play.begin()
    for step in steps:
        play.do(step)
