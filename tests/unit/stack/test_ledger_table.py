"""How a ledger is described, and what of its address nobody may see."""

from __future__ import annotations

import re
import string
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smoke_tui.config.ledger_address import kind_of, ledger_secrets
from smoke_tui.config.runbook_files import packaged
from smoke_tui.redaction import Vault
from smoke_tui.runbook import load, parse
from smoke_tui.runbook.identifiers import identifier, table_name
from smoke_tui.stack.ledger_table import ROLES, LedgerTable, describe, read_columns

SQL = [
    'x"; DROP TABLE core.llm_usage; --',
    "a b",
    "a.b.c",
    "",
    "1st",
    "x'--",
    "a;b",
    "é\n",
    "a" * 64,
    "x)",
    "*",
    "ünï" * 20,
]


@pytest.mark.parametrize("text", SQL)
def test_no_sql_is_a_name(text: str) -> None:
    with pytest.raises(ValueError, match=r"name|table"):
        table_name(text)
    with pytest.raises(ValueError, match=r"name|\{"):
        identifier(text if "." not in text else text.replace(".", '"'))


@pytest.mark.parametrize("text", ["usage", "core.llm_usage", "Größe", "_x$1", "a" * 63])
def test_plain_names_are_taken_as_they_are(text: str) -> None:
    assert table_name(text) == text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("tme=recorded_at", ", ".join(f"{role}=COLUMN" for role in ROLES)),
        ("recorded_at", "time="),
        ("time=", "letters"),
        ("time=a b", "letters"),
        ("table=x", "time="),
    ],
)
def test_a_wrong_column_is_reported_with_those_that_are_known(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=re.escape(says)):
        read_columns([text])


def test_a_column_twice() -> None:
    with pytest.raises(ValueError, match="twice"):
        read_columns(["time=a", "time=b"])


def test_configuration_goes_on_top_of_the_runbook_and_that_on_top_of_the_defaults() -> None:
    named = {"table": "billing.calls", "time": "at", "domain": None, "match": "x"}
    table = describe(named, None, ["time=made_at", "credential=paid_by"])
    assert (table.table, table.time, table.domain) == ("billing.calls", "made_at", "domain_id")
    assert table.columns == {
        "time": "made_at",
        "domain": "domain_id",
        "model": "model",
        "cost": "cost_estimate",
        "credential": "paid_by",
    }
    assert describe(named, "other", ()).table == "other"
    assert describe(None, None, ()) == LedgerTable()


def test_the_shipped_runbook_carries_the_products_own_names() -> None:
    runbook = load(packaged() / "openai-subscription.md").runbook
    assert runbook is not None
    named = runbook.step("authoring-turn").fields["ledger"]
    assert describe(named, None, ()) == LedgerTable()
    assert named["match"] == "{{ domain_id }}"


FRONT = "---\nschema: smoke/1\nid: t\ntitle: T\n---\n\n# T\n\n## 1. Turn\n\nDo it.\n\n"


@pytest.mark.parametrize(
    ("ledger", "says"),
    [
        ('table = "a;b"', "plain name|letters"),
        ('time = "x y"', "letters"),
        ('kind = "x"', "kind"),
        ("", "table"),
        ('match = "{{ nobody_gave_this }}"', "nobody_gave_this"),
    ],
)
def test_a_wrong_ledger_in_a_runbook_is_reported(ledger: str, says: str) -> None:
    step = (
        'id = "t"\nkind = "turn"\neffects = "spends"\n'
        f'spend = {{ kind = "subscription", max_calls = 1 }}\nask = "x"\n[ledger]\n{ledger}\n'
    )
    parsed = parse(f"{FRONT}```toml step\n{step}```\n", "t.md")
    told = " ".join(str(one) for one in parsed.diagnostics if one.severity == "error")
    assert any(word in told for word in says.split("|")), told


# --- addresses ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("postgresql://u:p@h/db", "postgresql"),
        ("postgres://h", "postgresql"),
        ("host=h dbname=x", "postgresql"),
        ("host=h password='://'", "postgresql"),
        ("http://127.0.0.1:9/x", "stand-in"),
        ("https://localhost/x", "stand-in"),
        ("http://[::1]:9/x", "stand-in"),
    ],
)
def test_kinds_of_ledgers(address: str, kind: str) -> None:
    assert kind_of(address) == kind


@pytest.mark.parametrize(
    "address",
    [
        "http://example.com/x",
        "http://u:hunter2secret@127.0.0.1/",
        "mysql://u:hunter2secret@h/db",
        "hunter2secret",
        "embedded",
        "",
        "http://",
        "ftp://hunter2secret",
        "mysql://u:hunter2secret@h/db?a=b",
        " postgresql://u:hunter2secret@h/db?a=b",
    ],
)
def test_no_address_of_a_ledger_is_refused_unquoted(address: str) -> None:
    with pytest.raises(ValueError, match="address") as told:
        kind_of(address)
    assert "hunter2secret" not in str(told.value)


def passwords(address: str) -> set[str]:
    return {value for value, kind in ledger_secrets(address) if kind == "ledger-password"}


@pytest.mark.parametrize(
    ("address", "password"),
    [
        ("postgresql://u:hunter2secret@h/db", "hunter2secret"),
        ("postgresql://u:a%40b%2Fc@h:5432,h2/db?sslmode=require", "a@b/c"),
        ("postgresql://u:pa@ss@h/db", "pa@ss"),
        ("postgresql://h/db?user=u&password=a%26b+c", "a&b+c"),
        ("postgresql://h/db?sslpassword=keykey", "keykey"),
        ("host=h password=hunter2secret", "hunter2secret"),
        (r"password = 'it\'s \\ long' host=h", r"it's \ long"),
        ("host=h password='never closed", "never closed"),
        (r"password=a\ b host=h", "a b"),
        # cases/ledger-addresses: what a random seed has found
        ("host=h password='://' user=u", "://"),
        (r"host=h password=a\ b user=u", "a b"),
        ("postgresql://u:p%40ss@h/db", "p@ss"),
        # inputs of the same kind
        ("password = '' sslpassword='x=y' host=h", "x=y"),
        ("host='h'password='a=b'user=u", "a=b"),
        ("passfile=/p user=u password=p#1&2", "p#1&2"),
        ("host=h password=postgresql://a:b@c user=u", "postgresql://a:b@c"),
        ("\n host\t=\th\n password\n=\nlines user=u", "lines"),
        ("postgresql://h/db?password=a#b", "a#b"),
        ("postgresql://h/db?p%61ssword=encoded", "encoded"),
        ("postgresql://h1:1,[::1]:2/db?a=b&password=a%26b&c=d", "a&b"),
        ("postgresql://u:a?b@h/db?sslpassword=s3", "s3"),
        ("postgresql://u:a/b@h/db", "a/b"),
        ("postgresql://u:a\tb@h/db", "a\tb"),
        ("postgresql:///db?host=/run&user=u&password=%00", "\x00"),
        ("postgresql://u:%FFab@h/db", "\xffab"),
        ("dbname='postgresql://u:inside@h/db' user=u", "inside"),
        ("host=h oauth_client_secret=oauthsecret", "oauthsecret"),
        ("host=h password=trailing\\", "trailing"),
        ("postgresql://u:\\ @h/db", "\\"),
        ("postgresql://?@h/db?password=?", "?"),
    ],
)
def test_the_password_is_found(address: str, password: str) -> None:
    assert password in passwords(address)
    assert (address, "ledger-address") in ledger_secrets(address)


SHORT = [
    ("host=h password='://' user=u", "password='://'"),
    ("postgresql://u:p%40ss@h/db", "p%40ss"),
    ("postgresql://postgres:postgres@h/db", "postgres@"),
    ("postgresql://u:a@h/db", "u:a@"),
    ("host=h password=a user=u", "password=a"),
    ("postgresql://h/db?sslmode=x&password=b&a=b", "password=b"),
]


@pytest.mark.parametrize(("address", "piece"), SHORT)
def test_a_short_password_is_hidden_where_it_stands_and_nowhere_else(
    address: str, piece: str
) -> None:
    """Each is too short, or too common a word, to be looked for by itself."""
    vault = Vault()
    for value, kind in ledger_secrets(address):
        vault.add_value(value, kind)
    cut = address[:-1] if address.startswith("p") else address.replace("host=h", "host=other")
    for text in (address, f"could not connect to {address!r}", f"{cut} and more"):
        assert piece not in vault.redact_text(text)
    common = "a b postgres u: p :// @ss postgresql"
    assert vault.redact_text(common) == common


def test_what_holds_no_secret() -> None:
    assert ledger_secrets("") == []
    assert ledger_secrets("http://127.0.0.1:9/x") == []
    assert passwords("postgresql://u@h/db") == set()
    assert passwords("postgresql://postgres:postgres@h/db") == set()


@settings(max_examples=200, deadline=None)
@given(
    st.text(string.printable, min_size=1, max_size=30).filter(
        lambda text: text.lower() not in "postgresql"
    )
)
def test_any_password_is_found_in_both_forms(password: str) -> None:
    encoded = quote(password, safe="")
    assert password in passwords(f"postgresql://u:{encoded}@h/db")
    assert password in passwords(f"postgresql://h/db?password={encoded}")
    escaped = password.replace("\\", "\\\\").replace("'", "\\'")
    assert password in passwords(f"host=h password='{escaped}' user=u")
