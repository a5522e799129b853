"""`smoke_tui/FORMAT.md` says what the tables say."""

from tests.helpers.format_page import PAGE, page


def test_the_page_is_that_of_the_tables() -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert written == page(), "write it anew: python -m tests.helpers.format_page"
