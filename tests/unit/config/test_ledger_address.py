"""What libpq reads as a password is known to the redactor, however the address is written."""

from __future__ import annotations

import string
from urllib.parse import quote

import psycopg
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from smoke_tui.config.ledger_address import kind_of, ledger_secrets
from smoke_tui.redaction import Vault

SECRET = ("password", "sslpassword")
TEXT = st.text(string.printable + "äß€", min_size=1, max_size=20)
PIECES = st.lists(
    st.sampled_from(
        [
            "password",
            "sslpassword=",
            "=",
            "\\'",
            "\\ ",
            "\\\\",
            "://",
            "postgresql://",
            "@",
            ":",
            "/",
            "?",
            "&",
            "%40",
            "%2f",
            "#",
            "+",
            ",",
            "[::1]",
            "a",
            "b",
            "é",
            '"',
        ]
    ),
    max_size=6,
).map("".join)
BLANKS = st.sampled_from(["", "", " ", "\t", "\n "])
VALUES = PIECES | st.tuples(PIECES, BLANKS, PIECES).map(lambda three: f"'{''.join(three)}'")
PAIRS = st.tuples(st.sampled_from(["user", "passfile", *SECRET]), BLANKS, BLANKS, VALUES).map(
    lambda four: f"{four[0]}{four[1]}={four[2]}{four[3]}"
)
QUERIES = st.tuples(st.sampled_from(["user", "password", "p%61ssword", "sslpassword"]), PIECES).map(
    "=".join
)


def known(address: str) -> None:
    """libpq reads the address; its passwords are known, and hidden where they stand."""
    try:
        read = conninfo_to_dict(address)
    except (psycopg.Error, UnicodeError):
        return
    assert kind_of(address) == "postgresql"
    secrets = ledger_secrets(address)
    vault = Vault()
    for value, kind in secrets:
        vault.add_value(value, kind)
    for name in SECRET:
        password = str(read.get(name) or "")
        if not password or password.lower() in "postgresql":
            continue
        assert (password, "ledger-password") in secrets
        again = make_conninfo(**{name: password})
        assert again not in vault.redact_text(f"host=other {again} port=1")


@settings(max_examples=300)
@given(st.lists(PAIRS, min_size=1, max_size=4).map(" ".join))
def test_of_keywords(text: str) -> None:
    known(f"host=h {text}")


@settings(max_examples=300)
@given(st.sampled_from(["postgresql", "postgres"]), PIECES, st.lists(QUERIES, max_size=3))
def test_of_uris(scheme: str, text: str, queries: list[str]) -> None:
    known(f"{scheme}://{text}@h/db?{'&'.join(queries)}")
    known(f"{scheme}://u:{text}@h1:1,h2/db?{'&'.join(queries)}")
    known(f"{scheme}://{text}")


@settings(max_examples=200)
@given(TEXT, TEXT)
def test_as_libpqs_own_writer_writes_it(user: str, password: str) -> None:
    assume("\x00" not in user + password)
    known(make_conninfo(host="h", user=user, password=password, sslpassword=password[::-1]))
    known(f"postgresql://{quote(user, safe='')}:{quote(password, safe='')}@h1:1,h2:2/db")
    known(f"postgresql://h/db?user=u&password={quote(password, safe='')}")
