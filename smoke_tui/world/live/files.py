"""The live `Files` port: the operator's files, relative to the project's folder."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from smoke_tui.files import replace_private
from smoke_tui.journal.events.machine_facts import BundleKept, DocumentRead, FileRead
from smoke_tui.redaction import Vault, credential_documents
from smoke_tui.structs import Struct
from smoke_tui.world.credential_document import problem_of
from smoke_tui.world.live.secret_texts import secret_of_text, take_secrets
from smoke_tui.world.live.text_files import read_plain_file
from smoke_tui.world.ports import PortAnswer, Refs
from smoke_tui.world.requests.base import VALUE
from smoke_tui.world.requests.machine import ReadDocument, ReadSecretFile, ReplaceBundle
from smoke_tui.world.values import render


class LiveFiles(Struct, frozen=True):
    """Reads files below `project`, and texts given by option under a name.

    `bundle_file` is the file that the bundle came from, None where it came from none.
    """

    vault: Vault
    project: str
    option_texts: Mapping[str, str]
    bundle_file: Path | None

    def exists(self, path: str) -> bool:
        """Whether there is anything at a path."""
        return os.access(os.path.join(self.project, path), os.F_OK)

    def read(self, request: ReadSecretFile, refs: Refs) -> PortAnswer:
        """The text of a file as a secret."""
        text, problem = read_plain_file(os.path.join(self.project, request.path))
        if text is None:
            return PortAnswer(FileRead(problem, None))
        secret = secret_of_text(text, request.kind, refs[VALUE], self.vault, scrub=request.scrub)
        return PortAnswer(FileRead(None, None), {VALUE: secret})

    def document(self, request: ReadDocument, refs: Refs) -> PortAnswer:
        """A JSON document without its secret leaves; every value of it is registered as secret."""
        text, problem = self.option_texts.get(request.source), None
        if text is None:
            text, problem = read_plain_file(os.path.join(self.project, request.source))
        if text is None:
            return PortAnswer(DocumentRead(problem, None))
        text = text.lstrip("\ufeff")
        problem = problem_of(text)
        raw = text.encode("utf-8", "surrogatepass")
        secrets = take_secrets(raw, request.sensitive, refs, self.vault)
        self.vault.add_document(text, "given")
        if problem is not None:
            return PortAnswer(DocumentRead(problem, None))
        document = credential_documents.kept(json.loads(self.vault.redact(raw)))
        return PortAnswer(DocumentRead(None, document), secrets)

    def replace_bundle(self, request: ReplaceBundle) -> PortAnswer:
        """Write the file that the bundle came from, as a whole."""
        if self.bundle_file is None:
            return PortAnswer(BundleKept("it did not come from a file"))
        try:
            text = json.dumps(render(request.fields), indent=2) + "\n"
            replace_private(self.bundle_file, text.encode())
        except OSError as error:
            return PortAnswer(BundleKept(str(error)))
        return PortAnswer(BundleKept(None))
