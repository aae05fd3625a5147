"""The terminal of a simulated device: echo, prompt, modes, pager, enable. No channel and no clock."""

from __future__ import annotations

from collections.abc import Iterator

from netwright.lab.terminal.character import CONFIGURE, ENABLE, EXEC, Character


class Line:
    """One login's terminal: ``type`` is fed what is typed and gives what the device shows."""

    def __init__(self, character: Character) -> None:
        self._character = character
        self._hostname = character.hostname
        self._mode = ENABLE if character.enable is None else EXEC
        self._page = character.page
        self._typed = ""
        self._pages: list[str] = []
        self._asking = False
        self.left = False

    @property
    def prompt(self) -> str:
        return f"{self._hostname}{self._mode}"

    def greet(self) -> str:
        return _shown(f"{self._character.banner}\n{self.prompt}")

    def type(self, text: str) -> Iterator[str]:
        for character in text:
            if self._pages and not self._asking:
                yield self._character.erase
                yield from self._next_page()
            elif character in "\r\n":
                line, self._typed = self._typed, ""
                yield from self._entered(line)
            else:
                self._typed += character
                if self._character.echoes and not self._asking:
                    yield character

    def execute(self, command: str) -> tuple[str, int]:
        """A command on an exec channel: whole and clean."""
        output = self._output(command.strip())
        if output is None:
            return f"{self._character.refusal}\n", 1
        return output, 0

    def _entered(self, line: str) -> Iterator[str]:
        yield "\r\n"
        if self._asking:
            self._asking = False
            if line == self._character.enable:
                self._mode = ENABLE
            else:
                yield _shown("% Access denied\n")
            yield self.prompt
            return
        command = line.strip()
        if command == "enable" and self._mode == EXEC:
            self._asking = True
            yield "Password: "
        elif command in {"exit", "quit"} and self._mode != CONFIGURE:
            self.left = True
        elif self._moved(command):
            yield self.prompt
        else:
            output = self._output(command)
            shown = f"{self._character.refusal}\n" if output is None else output
            lines = shown.splitlines(keepends=True)
            size = self._page or max(1, len(lines))
            self._pages = ["".join(lines[at : at + size]) for at in range(0, len(lines), size)]
            yield from self._next_page()

    def _next_page(self) -> Iterator[str]:
        if self._pages:
            yield _shown(self._pages.pop(0))
        yield self._character.pager if self._pages else self.prompt

    def _moved(self, command: str) -> bool:
        """Commands that change the terminal itself."""
        if command in {"", self._character.pager_off}:
            self._page = 0 if command else self._page
        elif command == "configure terminal" and self._mode == ENABLE:
            self._mode = CONFIGURE
        elif command in {"end", "exit"} and self._mode == CONFIGURE:
            self._mode = ENABLE
        elif command.startswith("hostname ") and self._mode == CONFIGURE:
            self._hostname = command.removeprefix("hostname ")
        else:
            return False
        return True

    def _output(self, command: str) -> str | None:
        if command in self._character.privileged and self._mode == EXEC:
            return None
        return self._character.answers.get(command)


def _shown(text: str) -> str:
    return text.replace("\n", "\r\n")
