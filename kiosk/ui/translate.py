"""``python -m kiosk.ui.translate``: collects every sentence of the kiosk for its translators, and compiles what they made.

Into each language's ``translations/kiosk_*.ts`` come the texts of the screens (``qsTr``) and the templates of Python's
sentences (``phrase``); what a translator has written stays. Qt's own tools do both, so that the files open in Qt
Linguist. ``problems`` is what the tests hold the files to.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import PySide6

from kiosk.ui.languages import CONTEXT, HERE, SOURCE
from kiosk.words import LANGUAGES

KIOSK = Path(__file__).parent.parent
QML = Path(__file__).parent / "qml"
CODES = tuple(code for code, _ in LANGUAGES if code != SOURCE)
TOOL_S_MAX = 120
_FIELD = re.compile(r"%n|%L?\d|\{[^{}]*\}")
_LETTER = re.compile(r"[^\W\d_]")


def templates(folder: Path = KIOSK) -> list[str]:
    """The template of every ``phrase`` in the program; ``ValueError`` where one is not a literal."""
    found: dict[str, None] = {}
    for path in sorted(folder.rglob("*.py")):
        if path.name == "words.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                not isinstance(node, ast.Call)
                or not isinstance(node.func, ast.Name)
                or node.func.id != "phrase"
            ):
                continue
            first = node.args[0]
            if not isinstance(first, ast.Constant) or not isinstance(first.value, str):
                raise ValueError(f"{path.name}:{node.lineno}: a phrase's template has to be a literal")  # noqa: TRY004 - of the source read, not of an argument
            if _LETTER.search(_FIELD.sub("", first.value)):  # fields alone are the same in every language
                found[first.value] = None
    return list(found)


def collect(ts: Path, code: str) -> None:
    """Bring a language's file up to what is said now: new texts unfinished, those no longer said gone."""
    with tempfile.TemporaryDirectory() as folder:
        said = Path(folder) / "phrases.js"
        calls = (
            f"qsTranslate({json.dumps(CONTEXT)}, {json.dumps(t, ensure_ascii=False)});" for t in templates()
        )
        said.write_text("\n".join(calls), encoding="utf-8")
        _tool(
            *("lupdate", "-silent", "-no-obsolete", "-locations", "none", "-extensions", "qml,js"),
            *("-source-language", SOURCE, "-target-language", code, str(QML), folder, "-ts", str(ts)),
        )


def compiled(ts: Path, qm: Path) -> None:
    """Compile a language's file to what the kiosk reads."""
    _tool("lrelease", "-silent", str(ts), "-qm", str(qm))


def _tool(name: str, *arguments: str) -> None:
    tool = Path(PySide6.__file__).parent / name
    subprocess.run([str(tool), *arguments], check=True, timeout=TOOL_S_MAX, capture_output=True)


def messages(ts: Path) -> Iterator[tuple[str, str, list[str], bool]]:
    """Context, source, translations (one to a plural form) and whether the translator is done, of each text."""
    for context in ET.parse(ts).getroot().iter("context"):  # noqa: S314 - our own file
        name = context.findtext("name", "")
        for message in context.iter("message"):
            made = message.find("translation")
            assert made is not None
            forms = [form.text or "" for form in made.iter("numerusform")] or [made.text or ""]
            yield name, message.findtext("source", ""), forms, made.get("type") != "unfinished"


def unfinished(code: str) -> list[str]:
    """The texts that wait for a translator."""
    return [f"{name}: {source}" for name, source, _, done in messages(HERE / f"kiosk_{code}.ts") if not done]


def problems(code: str) -> list[str]:
    """What is wrong with a language's files, but for what is not translated yet."""
    ts, qm = HERE / f"kiosk_{code}.ts", HERE / f"kiosk_{code}.qm"
    found = []
    with tempfile.TemporaryDirectory() as folder:
        fresh_ts, fresh_qm = Path(folder) / ts.name, Path(folder) / qm.name
        fresh_ts.write_bytes(ts.read_bytes())
        collect(fresh_ts, code)
        held = {(name, source) for name, source, _, _ in messages(ts)}
        wanted = {(name, source) for name, source, _, _ in messages(fresh_ts)}
        found += [f"{name}: not collected: {source!r}" for name, source in sorted(wanted - held)]
        found += [f"{name}: no longer said: {source!r}" for name, source in sorted(held - wanted)]
        compiled(ts, fresh_qm)
        if not qm.exists() or qm.read_bytes() != fresh_qm.read_bytes():
            found.append(f"{qm.name} is not what {ts.name} compiles to")
    for name, source, forms, done in messages(ts):
        for form in forms:
            if done and not form:
                found.append(f"{name}: finished and empty: {source!r}")
            elif form and sorted(_FIELD.findall(form)) != sorted(_FIELD.findall(source)):
                found.append(f"{name}: other fields: {source!r} -> {form!r}")
    return found


def main() -> int:
    """Collect and compile every language; what is left to translate is counted. The exit code is 1 where that is anything."""
    left = 0
    for code in CODES:
        ts = HERE / f"kiosk_{code}.ts"
        collect(ts, code)
        compiled(ts, HERE / f"kiosk_{code}.qm")
        waiting = unfinished(code)
        left += len(waiting)
        sys.stdout.write(f"{ts.name}: {sum(1 for _ in messages(ts))} texts, {len(waiting)} to translate\n")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
