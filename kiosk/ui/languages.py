"""The kiosk's languages at run time: QML's texts and Python's sentences, out of the same translation files.

English is in the source. ``kiosk.ui.translate`` collects what is said and compiles the files.
"""

from __future__ import annotations

import logging
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject, QTranslator, Slot
from PySide6.QtQml import QQmlEngine

from kiosk.words import Say

HERE = Path(__file__).parent / "translations"
SOURCE = "en"
CONTEXT = "kiosk"
"""Under which Python's sentences stand; QML's stand under their file's name."""

_log = logging.getLogger(__name__)


class _Read(QTranslator):
    """A translator that holds its file's bytes.

    Given a file's name, Qt maps the file: whoever writes it anew in its place while the kiosk runs ends the kiosk.
    """

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self._data = data  # Qt does not copy it
        self.fits = self.load(data)


def translator(code: str) -> QTranslator | None:
    """The language's file, read; None where there is none, which is logged."""
    path = HERE / f"kiosk_{code}.qm"
    found = _Read(path.read_bytes() if path.is_file() else b"")
    if found.fits:
        return found
    _log.error("the translations for %s cannot be read; English is shown", code)
    return None


class _Said(dict[str, str]):
    """What a language says for each template, asked of Qt once."""

    def __init__(self, code: str) -> None:
        self._translator = translator(code)

    def __missing__(self, template: str) -> str:
        found = self._translator.translate(CONTEXT, template) if self._translator is not None else ""
        self[template] = found or template
        return self[template]


_said: dict[str, Say] = {SOURCE: str}


def say_in(code: str) -> Say:
    """How Python's sentences are said in a language; for one thread, the desk's."""
    if code not in _said:
        _said[code] = _Said(code).__getitem__
    return _said[code]


class Languages(QObject):
    """Has QML speak one language at a time. It belongs to Qt's thread."""

    def __init__(self, qml: QQmlEngine) -> None:
        super().__init__(qml)
        self._qml, self._code = qml, SOURCE
        self._installed: QTranslator | None = None

    @Slot(str)
    def show(self, code: str) -> None:
        """Change to another language, on every screen that stands."""
        code = code or SOURCE
        if code == self._code:
            return
        self._code = code
        if self._installed is not None:
            QCoreApplication.removeTranslator(self._installed)
        self._installed = translator(code) if code != SOURCE else None
        if self._installed is not None:
            QCoreApplication.installTranslator(self._installed)
        self._qml.retranslate()

    def close(self) -> None:
        """Leave nothing installed behind."""
        if self._installed is not None:
            QCoreApplication.removeTranslator(self._installed)
            self._installed = None
