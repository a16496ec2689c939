"""What a rep reads in a task."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from integration.pipeline.drafts.task_text import task_body, task_marker, task_subject, task_type

MARKER = task_marker(1, "run", 1)


def test_titles_count_the_steps() -> None:
    assert task_subject("email", "Your warehouse", 1, 4) == "E-mail 1 of 4: Your warehouse"
    assert task_subject("email", "  ", 1, 4) == "E-mail 1 of 4"
    assert task_subject("linkedin", "ignored", 2, 4) == "LinkedIn message 2 of 4"


def test_a_linkedin_step_is_a_to_do() -> None:
    assert (task_type("email"), task_type("linkedin")) == ("EMAIL", "TODO")


def test_the_body_says_that_nothing_was_sent_and_by_whom_it_was_approved() -> None:
    assert task_body("Hello", "One\n\nTwo", approved_by="sample.rep@example.com", marker=MARKER) == (
        "<p><strong>Subject:</strong> Hello</p><p>One<br><br>Two</p>"
        f"<p>Drafted by Leadlight, approved by sample.rep@example.com; nothing was sent.</p><p>{MARKER}</p>"
    )


@given(
    st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])),
    st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])),
)
def test_no_text_becomes_markup(subject: str, body: str) -> None:
    tree = LexborHTMLParser(task_body(subject, body, approved_by="<b>x</b>", marker=MARKER))
    assert {node.tag for node in tree.body.traverse(include_text=False)} <= {"body", "p", "strong", "br"}  # type: ignore[union-attr]
    assert body in tree.text()


def test_each_step_of_each_approval_has_a_marker_of_its_own() -> None:
    made = {task_marker(portal, run, position) for portal in (1, 2) for run in ("a", "b") for position in range(4)}
    assert len(made) == 16
