"""Recordings of ours under pytest-recording and VCR, and theirs here: real pytest, no network."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from smoke_tui.redaction import Vault
from smoke_tui.world.cassettes.cassette import CaseNote, Cassette, parse_cassette, render_cassette
from smoke_tui.world.cassettes.lint import lint_paths
from smoke_tui.world.cassettes.store import path_of, read_cassette
from smoke_tui.world.cassettes.transport import CassetteHttp, RecordingPlan
from smoke_tui.world.live.http import LiveHttp
from smoke_tui.world.requests.http import HttpRequest
from tests.helpers.canaries import provider
from tests.helpers.cassettes import deltas, interaction, text_of

BODY = deltas("hällo wörld", 4) + b"data: [DONE]\n\n"

TEST = """
    import httpx2, pytest

    @pytest.mark.vcr(match_on=["method", "uri", "body"])
    @pytest.mark.block_network
    def test_call():
        response = httpx2.post({url!r} + "/v1/x?n=1", json={{"model": "m", "input": "é"}},
                               headers={{"authorization": "Bearer {bearer}"}})
        assert response.status_code == 200
        assert response.content == {body!r}
"""


@pytest.fixture(name="url")
def _url() -> Iterator[str]:
    """A provider that streams; once the block ends, nothing listens there."""

    def answer(
        method: str, path: str, headers: Mapping[str, str]
    ) -> tuple[int, Mapping[str, str], bytes]:
        return 200, {"content-type": "text/event-stream", "cf-ray": "8a1b-FRA"}, BODY

    with provider(answer) as url:
        yield url


def run_pytest(folder: Path, *options: str) -> str:
    """A real pytest with pytest-recording, in a process of its own."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST")}
    more = (f"--rootdir={folder}", *options, str(folder))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, *more],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env=environment,
    )
    return f"{done.returncode}\n{done.stdout}{done.stderr}"


def write_test(folder: Path, url: str, bearer: str = "[REDACTED:x]") -> Path:
    """The test, and where its cassette belongs."""
    text = textwrap.dedent(TEST).format(url=url, body=BODY, bearer=bearer)
    (folder / "test_agent.py").write_text(text)
    return folder / "cassettes" / "test_agent" / "test_call.yaml"


def record(target: Path, url: str, *, cut: bool = False) -> None:
    """A recording of this tool, accepted by hand."""
    files = path_of(target)

    async def run() -> None:
        vault = Vault()
        note = CaseNote("test_call", "00" * 32, "m")
        http = CassetteHttp(
            LiveHttp(vault, frozenset()), vault, RecordingPlan(files, "once", note), lambda: "now"
        )
        request = HttpRequest("POST", f"{url}/v1/x?n=1", json={"model": "m", "input": "é"})
        await http.exchange(request, {})
        await http.close()

    asyncio.run(run())
    os.replace(files.pending, files.accepted)


def test_a_recording_of_ours_replays_under_pytest_recording(tmp_path: Path) -> None:
    target = write_test(tmp_path, "http://127.0.0.1:9")

    def answer(
        method: str, path: str, headers: Mapping[str, str]
    ) -> tuple[int, Mapping[str, str], bytes]:
        return 200, {"content-type": "text/event-stream", "cf-ray": "8a1b-FRA"}, BODY

    with provider(answer) as url:
        write_test(tmp_path, url)
        record(target, url)
    before = target.read_bytes()
    for options in ((), ("--block-network",), ("--record-mode=none",), ("--record-mode=once",)):
        shown = run_pytest(tmp_path, *options)
        assert shown.startswith("0\n"), shown
        assert "1 passed" in shown
        assert target.read_bytes() == before
    cassette = read_cassette(target)
    assert cassette.note is not None
    assert cassette.interactions[0].chunks


def test_a_cut_exchange_is_never_replayed_as_a_whole_one(tmp_path: Path) -> None:
    target = write_test(tmp_path, "http://127.0.0.1:9")
    half = interaction(uri="http://127.0.0.1:9/v1/x?n=1", answer=BODY[:20])
    target.parent.mkdir(parents=True)
    target.write_text(render_cassette(Cassette((), (half,), CaseNote("a", "00"))))
    shown = run_pytest(tmp_path)
    assert shown.startswith("1\n")
    assert "CannotOverwriteExistingCassette" in shown


def test_a_recording_of_theirs_is_read_linted_and_replayed_here(tmp_path: Path, url: str) -> None:
    target = write_test(tmp_path, url, bearer="FAKE0a1b2c3d4e5f6g7h8i9j0")
    shown = run_pytest(tmp_path, "--record-mode=once")
    assert shown.startswith("0\n"), shown
    result = lint_paths([tmp_path])
    assert [line.code for line in result.lines] == ["secret"]
    assert ":10: secret `interactions.request.headers.authorization`" in result.lines[0].text()
    clean = target.read_text().replace("FAKE0a1b2c3d4e5f6g7h8i9j0", "DUMMY")
    target.write_text(clean)
    assert lint_paths([tmp_path]).lines == ()
    http = CassetteHttp(None, Vault(), RecordingPlan(path_of(target), "none"), lambda: "now")
    request = HttpRequest("POST", f"{url}/v1/x?n=1", json={"input": "é", "model": "m"})
    answer = asyncio.run(http.exchange(request, {}))
    assert answer.blobs["body"] == BODY
    assert http.state.replayed == 1
    # What VCR wrote comes out of our writer byte for byte.
    assert render_cassette(parse_cassette(clean, "x")) == clean


def test_what_is_lost_where_vcr_writes_the_file_anew(tmp_path: Path, url: str) -> None:
    target = write_test(tmp_path, url)
    record(target, url)
    ours = read_cassette(target)
    shown = run_pytest(tmp_path, "--record-mode=all")
    assert shown.startswith("0\n"), shown
    theirs = read_cassette(target)
    assert ours.note is not None
    assert theirs.note is None
    assert [i.chunks for i in theirs.interactions] == [()] * len(theirs.interactions)
    assert theirs.interactions[0].response.body == BODY


def test_the_keys_of_ours_are_no_metadata_of_vcr(tmp_path: Path) -> None:
    text = render_cassette(Cassette((interaction(),), (), CaseNote("a", "00")))
    assert "\nmetadata:" not in text
    program = tmp_path / "load.py"
    program.write_text(
        "import json, sys\n"
        "from vcr.serialize import deserialize, serialize\n"
        "from vcr.serializers import yamlserializer as y\n"
        "requests, responses = deserialize(open(sys.argv[1]).read(), y)\n"
        "print(json.dumps(serialize({'requests': requests, 'responses': responses}, y)))\n"
    )
    (tmp_path / "a.yaml").write_text(text)
    done = subprocess.run(
        [sys.executable, str(program), str(tmp_path / "a.yaml")], capture_output=True, check=True
    )
    assert json.loads(done.stdout) == text_of(interaction())
