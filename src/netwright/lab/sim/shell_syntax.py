"""The grammar of the small shell on simulated devices: the part of POSIX sh that is sent to devices.

Lists, ``&&`` and ``||``, pipes, groups, redirections, quotes, ``$VAR`` and ``$(…)``. No globbing, no loops.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

_OPERATORS = (
    "&&",
    "||",
    ";;",
    "2>&1",
    "1>&2",
    ">&2",
    "2>>",
    "2>",
    "&>",
    ">>",
    ">",
    "<",
    "|",
    ";",
    "&",
    "(",
    ")",
    "\n",
)
_REDIRECTIONS = {">", ">>", "<", "2>", "2>>", "2>&1", "1>&2", ">&2", "&>"}
_BARE = {"2>&1", "1>&2", ">&2"}


class ShellSyntaxError(ValueError):
    """Text that is no command line."""


@dataclass(frozen=True, slots=True)
class Literal:
    """Plain text of a word."""

    text: str


@dataclass(frozen=True, slots=True)
class Variable:
    """``$NAME``; ``quoted``: its value is not split."""

    name: str
    quoted: bool


@dataclass(frozen=True, slots=True)
class Substitution:
    """``$(…)``."""

    body: Node
    quoted: bool


Piece: TypeAlias = Literal | Variable | Substitution


@dataclass(frozen=True, slots=True)
class Word:
    """Pieces that make one word; ``quoted`` when any part was (an empty quoted word stays)."""

    pieces: tuple[Piece, ...]
    quoted: bool = False

    def plain(self) -> str | None:
        """Its text when it is an unquoted literal: reserved words are seen by that."""
        if not self.quoted and len(self.pieces) == 1 and isinstance(self.pieces[0], Literal):
            return self.pieces[0].text
        return None


@dataclass(frozen=True, slots=True)
class Redirection:
    """``operator`` is one of ``> >> < 2> 2>&1 …``; a bare one has no target."""

    operator: str
    target: Word | None


@dataclass(frozen=True, slots=True)
class Simple:
    """A command with its arguments."""

    words: tuple[Word, ...]
    redirections: tuple[Redirection, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """``{ …; }`` or ``( … )``."""

    body: Node
    redirections: tuple[Redirection, ...]


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Commands whose output feeds the next; ``negated`` by ``!``."""

    commands: tuple[Node, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Chain:
    """Commands joined by ``;``, ``&&`` or ``||`` (before each but the first)."""

    first: Node
    rest: tuple[tuple[str, Node], ...]


Node: TypeAlias = Simple | Group | Pipeline | Chain
Token: TypeAlias = str | Word


@dataclass(slots=True)
class _Lexer:
    text: str
    at: int = 0
    tokens: list[Token] = field(default_factory=list)

    def run(self, *, closing: str = "") -> list[Token]:
        """Tokens up to the end, or up to ``closing`` of a substitution."""
        depth = 0
        while self.at < len(self.text):
            letter = self.text[self.at]
            if letter in " \t":
                self.at += 1
            elif letter == "#":
                self.at = self.text.find("\n", self.at) % (len(self.text) + 1)
            elif closing and letter == closing and depth == 0:
                self.at += 1
                return self.tokens
            elif (operator := self._operator()) is not None:
                depth += {"(": 1, ")": -1}.get(operator, 0)
                self.at += len(operator)
                self.tokens.append(operator)
            else:
                self.tokens.append(self._word(closing))
        if closing:
            raise ShellSyntaxError("Unterminated command substitution")
        return self.tokens

    def _operator(self) -> str | None:
        return next((o for o in _OPERATORS if self.text.startswith(o, self.at)), None)

    def _word(self, closing: str) -> Word:
        pieces: list[Piece] = []
        quoted = False
        while self.at < len(self.text):
            letter = self.text[self.at]
            if letter in " \t" or (closing and letter == closing):
                break
            if letter in "'\"\\":
                quoted = True
                pieces += self._quoted(letter)
            elif letter == "$":
                pieces.append(self._dollar(quoted=False))
            elif letter in "&|;<>()\n":
                break
            else:
                pieces.append(Literal(letter))
                self.at += 1
        return Word(_joined(pieces), quoted)

    def _quoted(self, mark: str) -> list[Piece]:
        self.at += 1
        if mark == "\\":
            self.at += 1
            return (
                []
                if self.text[self.at - 1 : self.at] == "\n"
                else [Literal(self.text[self.at - 1 : self.at])]
            )
        if mark == "'":
            end = self.text.find("'", self.at)
            if end < 0:
                raise ShellSyntaxError("Unterminated quoted string")
            piece = Literal(self.text[self.at : end])
            self.at = end + 1
            return [piece]
        pieces: list[Piece] = []
        while self.at < len(self.text):
            letter = self.text[self.at]
            if letter == '"':
                self.at += 1
                return pieces
            if letter == "\\" and self.text[self.at + 1 : self.at + 2] in set('"\\$`'):
                pieces.append(Literal(self.text[self.at + 1]))
                self.at += 2
            elif letter == "$":
                pieces.append(self._dollar(quoted=True))
            else:
                pieces.append(Literal(letter))
                self.at += 1
        raise ShellSyntaxError("Unterminated quoted string")

    def _dollar(self, *, quoted: bool) -> Piece:
        self.at += 1
        following = self.text[self.at : self.at + 1]
        if following == "(":
            inner = _Lexer(self.text, self.at + 1)
            tokens = inner.run(closing=")")
            self.at = inner.at
            return Substitution(_Parser(tokens).whole(), quoted)
        if following == "{":
            end = self.text.find("}", self.at)
            if end < 0:
                raise ShellSyntaxError("Bad substitution")
            name, self.at = self.text[self.at + 1 : end], end + 1
            return Variable(name, quoted)
        if following in {"?", "$", "#", "@"}:
            self.at += 1
            return Variable(following, quoted)
        end = self.at
        while end < len(self.text) and (self.text[end].isalnum() or self.text[end] == "_"):
            end += 1
        name, self.at = self.text[self.at : end], end
        return Variable(name, quoted) if name else Literal("$")


def _joined(pieces: list[Piece]) -> tuple[Piece, ...]:
    """Neighbouring literals as one."""
    out: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, Literal) and out and isinstance(out[-1], Literal):
            out[-1] = Literal(out[-1].text + piece.text)
        else:
            out.append(piece)
    return tuple(out)


@dataclass(slots=True)
class _Parser:
    tokens: list[Token]
    at: int = 0

    def whole(self) -> Node:
        node = self._chain()
        if self.at < len(self.tokens):
            raise ShellSyntaxError(f"{_shown(self.tokens[self.at])} unexpected")
        return node

    def _peek(self) -> Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def _closes(self) -> bool:
        token = self._peek()
        return token is None or token == ")" or (isinstance(token, Word) and token.plain() == "}")  # noqa: S105

    def _chain(self) -> Node:
        self._skip()
        if self._closes():
            return Simple((), ())
        first = self._pipeline()
        rest: list[tuple[str, Node]] = []
        while (token := self._peek()) in {";", "\n", "&&", "||", "&"}:
            assert isinstance(token, str)
            self.at += 1
            self._skip()
            if self._closes():
                if token in {"&&", "||"}:
                    raise ShellSyntaxError(f"{_shown(self._peek())} unexpected")
                break
            rest.append((token if token in {"&&", "||"} else ";", self._pipeline()))
        return Chain(first, tuple(rest)) if rest else first

    def _skip(self) -> None:
        while self._peek() in {"\n", ";"}:
            self.at += 1

    def _pipeline(self) -> Node:
        token = self._peek()
        negated = isinstance(token, Word) and token.plain() == "!"
        self.at += negated
        commands = [self._command()]
        while self._peek() == "|":
            self.at += 1
            commands.append(self._command())
        return commands[0] if len(commands) == 1 and not negated else Pipeline(tuple(commands), negated)

    def _command(self) -> Node:
        token = self._peek()
        opened = token if token == "(" else token.plain() if isinstance(token, Word) else None  # noqa: S105
        if opened in {"(", "{"}:
            self.at += 1
            body = self._chain()
            if not self._closes() or self._peek() is None:
                raise ShellSyntaxError("a group is not closed")
            self.at += 1
            return Group(body, self._redirections())
        words: list[Word] = []
        redirections: list[Redirection] = []
        while True:
            token = self._peek()
            if isinstance(token, Word):
                words.append(token)
                self.at += 1
            elif isinstance(token, str) and token in _REDIRECTIONS:
                redirections.append(self._redirection(token))
            else:
                break
        if not words and not redirections:
            raise ShellSyntaxError(f"{_shown(token)} unexpected")
        return Simple(tuple(words), tuple(redirections))

    def _redirections(self) -> tuple[Redirection, ...]:
        found: list[Redirection] = []
        while isinstance(token := self._peek(), str) and token in _REDIRECTIONS:
            found.append(self._redirection(token))
        return tuple(found)

    def _redirection(self, operator: str) -> Redirection:
        self.at += 1
        if operator in _BARE:
            return Redirection(operator, None)
        target = self._peek()
        if not isinstance(target, Word):
            raise ShellSyntaxError(f"{_shown(target)} unexpected")
        self.at += 1
        return Redirection(operator, target)


def _shown(token: Token | None) -> str:
    if token is None:
        return "end of file"
    return f'"{token}"' if isinstance(token, str) else "word"


def parse(text: str) -> Node:
    """The tree of a command line. Raises ShellSyntaxError."""
    return _Parser(_Lexer(text).run()).whole()
