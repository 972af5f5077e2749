"""YAML that people write: read with line numbers and every fault at once, written to be read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from difflib import get_close_matches
from typing import Any, TypeVar

import yaml

from ledger.errors import Fault, TextWrong

Choice = TypeVar("Choice")

LIMIT = 4 << 20  # characters; a directory of a thousand schools has under one million


class Outline:
    """One YAML text as a tree of fields, lists and texts. Scalars are never guessed: 04022 stays "04022".

    Errors: `wrong` (a `TextWrong`) at once where the text is no YAML; else faults are collected for `finish`.
    """

    def __init__(self, text: str, wrong: type[TextWrong]) -> None:
        self.faults: list[Fault] = []
        self._wrong = wrong
        self.root = self._compose(text)

    def fault(self, node: yaml.Node | None, where: str, th: str, en: str) -> None:
        """Notes a mistake at `node`, or in the whole text."""
        self.faults.append(Fault(node.start_mark.line + 1 if node else 0, where, th, en))

    def finish(self) -> None:
        """Raises the faults that were found, in the order of their lines."""
        if self.faults:
            raise self._wrong(sorted(self.faults, key=lambda fault: fault.line))

    def fields(self, node: yaml.Node | None, where: str, known: Collection[str]) -> dict[str, yaml.Node]:
        """The fields of a mapping; unknown and doubled ones are faults."""
        found: dict[str, yaml.Node] = {}
        if not isinstance(node, yaml.MappingNode):
            if not _empty(node):
                self.fault(node, where, "ต้องเขียนเป็น ชื่อ: ค่า", "Write this as name: value.")
            return found
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else "?"
            if name not in known:
                meant_th, meant_en = meant(name, known)
                self.fault(key, where, f"ไม่รู้จัก “{name}” {meant_th}", f"Unknown field “{name}”. {meant_en}")
            elif name in found:
                self.fault(key, where, f"มี “{name}” ซ้ำ ให้เหลือเพียงครั้งเดียว", f"“{name}” is given twice.")
            else:
                found[name] = value
        return found

    def pairs(self, node: yaml.Node | None, where: str) -> Iterator[tuple[yaml.Node, str, yaml.Node]]:
        """The fields of a mapping whose names are free: node of the name, name, value."""
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                yield key, self.text(key, where), value
        elif not _empty(node):
            self.fault(node, where, "ต้องเขียนเป็น ชื่อ: ค่า", "Write this as name: value.")

    def entries(self, node: yaml.Node | None, where: str) -> list[yaml.Node]:
        """The entries of a list; nothing stands for an empty one."""
        if isinstance(node, yaml.SequenceNode):
            return list(node.value)
        if not _empty(node):
            self.fault(node, where, "ต้องเป็นรายการที่ขึ้นต้นด้วย -", "Write this as a list, each line with a -.")
        return []

    def text(self, node: yaml.Node | None, where: str) -> str:
        """A single text, without the spaces around it; "" for nothing."""
        if isinstance(node, yaml.ScalarNode):
            return "" if _empty(node) else str(node.value).strip()
        if node is not None:
            self.fault(node, where, "ต้องเป็นข้อความเดียว", "One text is wanted here.")
        return ""

    def texts(self, node: yaml.Node | None, where: str) -> tuple[str, ...]:
        """One text or a list of texts."""
        nodes = self.entries(node, where) if isinstance(node, yaml.SequenceNode) else [node]
        return tuple(text for each in nodes if (text := self.text(each, where)))

    def choice(self, node: yaml.Node | None, where: str, words: Mapping[str, Choice]) -> Choice | None:
        """What one of some words stands for; None for nothing, or for a word that is unknown."""
        word = self.text(node, where).casefold()
        if word and word not in words:
            th, en = meant(word, words)
            self.fault(node, where, f"ไม่รู้จักค่า “{word}” {th}", f"Unknown value “{word}”. {en}")
        return words.get(word)

    def _compose(self, text: str) -> yaml.Node | None:
        if len(text) > LIMIT:
            raise self._wrong([Fault(0, "", "ข้อความยาวเกินไป", f"The text is longer than {LIMIT} characters.")])
        try:
            node: yaml.Node | None = yaml.compose(text.removeprefix("\ufeff"), Loader=yaml.SafeLoader)
        except yaml.YAMLError as problem:
            raise self._wrong([_syntax(problem)]) from None
        except RecursionError:
            raise self._wrong([Fault(0, "", "ซ้อนกันลึกเกินไป", "The text is nested too deeply.")]) from None
        return node


def meant(word: str, known: Collection[str]) -> tuple[str, str]:
    """Which known word was meant, as a Thai and an English sentence; all of them when none is near."""
    near = get_close_matches(word.casefold(), known, 1, 0.6)
    if near:
        return f"หมายถึง “{near[0]}” หรือไม่", f"Did you mean “{near[0]}”?"
    if not known:
        return "", ""
    shown = ", ".join(list(known)[:20])
    return f"ค่าที่ใช้ได้: {shown}", f"Known: {shown}."


def write(heading: str, content: dict[str, Any], foot: str = "") -> str:
    """A YAML text with comment lines above and below; short lists and fields stand on one line."""
    body = yaml.dump(content, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=160)
    return "\n".join([*_comment(heading), body.rstrip("\n"), *_comment(foot)]) + "\n"


class _Dumper(yaml.SafeDumper):
    """Lists indented below their field; tuples as lists."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{**options, "default_flow_style": None})

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        """Never indentless: a list belongs visibly to the field above it."""
        super().increase_indent(flow)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        """Always: nobody should meet &id001 in a file of the office."""
        return True


_represent: Callable[..., yaml.Node] = yaml.SafeDumper.represent_list
_Dumper.add_representer(tuple, _represent)


def _comment(text: str) -> list[str]:
    return [f"# {line}".rstrip() for line in text.splitlines()]


def _empty(node: yaml.Node | None) -> bool:
    return node is None or node.tag == "tag:yaml.org,2002:null"


def _syntax(problem: yaml.YAMLError) -> Fault:
    text = str(getattr(problem, "problem", None) or getattr(problem, "reason", None) or problem)
    first, second = "problem_mark", "context_mark"
    if "<stream end>" in text:  # what was never closed is found at its beginning
        first, second = second, first
    mark = getattr(problem, first, None) or getattr(problem, second, None)
    th = "รูปแบบ YAML ไม่ถูกต้อง ให้ตรวจย่อหน้า เครื่องหมาย : และเครื่องหมายคำพูด"
    if "\\t" in text:
        th = "ใช้แท็บย่อหน้าไม่ได้ ให้ใช้ช่องว่าง"
    return Fault(mark.line + 1 if mark else 0, "", th, f"This is no valid YAML: {text}.")
